package io.millrace.testkit.oracle;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static io.millrace.testkit.oracle.Broken.history;
import static org.assertj.core.api.Assertions.assertThat;

/** The oracle names the promise that incorrect segments or directories break. */
class SegmentOracleTest {
    private static final String STREAM = "live/show";
    private static final int SESSION_LENGTH = 4;
    private static final int LONG_SESSION = 30;

    static Stream<Broken> broken() {
        return Stream.of(
                new Broken("a part is written again with another content", Promise.ONE_CONTENT_PER_IDENTITY,
                        history(sound(SESSION_LENGTH), cut(0, 0, true, 1), other(cut(0, 0, true, 1)))),
                new Broken("an end is written again with another content", Promise.ONE_CONTENT_PER_IDENTITY,
                        history(sound(SESSION_LENGTH), cut(0, 0, true, 1), end(0),
                                new Fact.CutsEnded(STREAM, 0, 0, content("other")))),
                new Broken("a part is left out", Promise.NUMBERS_RISE,
                        history(sound(SESSION_LENGTH), cut(0, 0, false, 1), cut(0, 2, true, 2))),
                new Broken("a segment is left out", Promise.NUMBERS_RISE,
                        history(sound(SESSION_LENGTH), cut(0, 0, true, 1), cut(2, 0, true, 2))),
                new Broken("a segment begins before the previous one has ended", Promise.NUMBERS_RISE,
                        history(sound(SESSION_LENGTH), cut(0, 0, false, 1), cut(1, 0, true, 2))),
                new Broken("the first segment is left out", Promise.NUMBERS_RISE,
                        history(sound(SESSION_LENGTH), cut(1, 0, true, 1))),
                new Broken("an epoch continues after its end", Promise.NUMBERS_RISE,
                        history(sound(SESSION_LENGTH), cut(0, 0, true, 1), end(0), cut(1, 0, true, 2))),
                new Broken("a frame is cut that is not shown", Promise.SHOWN_IS_CUT,
                        history(sound(SESSION_LENGTH), cut(0, 0, true, SESSION_LENGTH + 1))),
                new Broken("a frame is cut in another epoch", Promise.SHOWN_IS_CUT,
                        history(sound(SESSION_LENGTH),
                                new Fact.Cut(STREAM, 7, 0, 0, true, List.of(1L), content("part")))),
                new Broken("a frame is in two segments", Promise.SHOWN_IS_CUT,
                        history(sound(SESSION_LENGTH), cut(0, 0, true, 1, 2), cut(1, 0, true, 2, 3))),
                new Broken("frames are cut in another order", Promise.SHOWN_IS_CUT,
                        history(sound(SESSION_LENGTH), cut(0, 0, true, 2, 1))),
                new Broken("a keyframe is in no segment", Promise.SHOWN_IS_CUT,
                        history(pictures(SESSION_LENGTH), cut(0, 0, true, 2, 3, 4), end(0), listed(9, true, 0),
                                over())),
                new Broken("sound after a segment is in no segment", Promise.SHOWN_IS_CUT,
                        history(sound(SESSION_LENGTH), cut(0, 0, true, 1, 2, 4), end(0), listed(9, true, 0), over())),
                new Broken("a long session has no segment", Promise.SHOWN_IS_CUT,
                        history(sound(LONG_SESSION), over())),
                new Broken("sound of a session with pictures is in no segment", Promise.SHOWN_IS_CUT,
                        history(both(6), cut(0, 0, true, 2, 3, 4, 6), end(0), listed(9, true, 0), over())),
                new Broken("sound before a segment is missing without a pause", Promise.SHOWN_IS_CUT,
                        history(both(6), cut(0, 0, true, 2), cut(1, 0, true, 4, 5, 6), end(1), listed(9, true, 1),
                                over())),
                new Broken("sound after a pause is in no segment", Promise.SHOWN_IS_CUT,
                        history(new Fact.Resumed(STREAM, Fact.packet(0, 2)), both(6), cut(0, 0, false, 2),
                                cut(0, 1, true, 4, 5, 6), end(0), listed(9, true, 0), over())),
                new Broken("sound after the last picture is in no segment", Promise.SHOWN_IS_CUT,
                        history(session(5, "AAC", "AVC", "AAC", "AAC", "AAC"), cut(0, 0, true, 1, 2, 3), end(0),
                                listed(9, true, 0), over())),
                new Broken("sound at the beginning of a session without video is in no segment", Promise.SHOWN_IS_CUT,
                        history(soundAlone(SESSION_LENGTH), cut(0, 0, true, 3, 4), end(0), listed(9, true, 0), over())),
                new Broken("a short session without video has no segment", Promise.SHOWN_IS_CUT,
                        history(soundAlone(SESSION_LENGTH), over())),
                new Broken("sound between a pause and the end is in no segment", Promise.SHOWN_IS_CUT,
                        history(new Fact.Resumed(STREAM, Fact.packet(0, 4)),
                                session(5, "AAC", "AVC", "AAC", "AAC", "AAC"),
                                cut(0, 0, true, 1, 2, 3, 4), end(0), listed(9, true, 0), over())),
                new Broken("a session is cut late", Promise.SHOWN_IS_CUT,
                        history(sound(LONG_SESSION), cut(0, 0, true, LONG_SESSION - 1, LONG_SESSION), end(0),
                                listed(9, true, 0), over())),
                new Broken("a segment begins before its picture", Promise.SHOWN_IS_CUT,
                        history(both(4), cut(0, 0, false, 1), cut(0, 1, true, 2, 3))),
                new Broken("segments have no end", Promise.EVERY_EPOCH_ENDS,
                        history(sound(1), cut(0, 0, true, 1), listed(9, true, 0), over())),
                new Broken("segments end too early", Promise.EVERY_EPOCH_ENDS,
                        history(sound(SESSION_LENGTH), cut(0, 0, true, 1), cut(1, 0, true, 2), end(0))),
                new Broken("segments end within a segment", Promise.EVERY_EPOCH_ENDS,
                        history(sound(SESSION_LENGTH), cut(0, 0, false, 1), end(0))),
                new Broken("the directory says that an epoch goes on", Promise.DIRECTORY_IS_TRUE,
                        history(sound(1), cut(0, 0, true, 1), end(0), listed(1, false, -1), over())),
                new Broken("the directory names another last segment", Promise.DIRECTORY_IS_TRUE,
                        history(sound(1), cut(0, 0, true, 1), end(0), listed(9, true, 3), over())),
                new Broken("an epoch with segments is removed from the directory", Promise.DIRECTORY_IS_TRUE,
                        history(sound(1), cut(0, 0, true, 1), end(0), listed(9, true, 0),
                                new Fact.Unlisted(STREAM, 0), over())),
                new Broken("an expired epoch stays in the directory", Promise.EXPIRED_LEAVES_DIRECTORY,
                        history(sound(1), cut(0, 0, true, 1), new Fact.Asked(STREAM, 0, 0, "EXPIRED"),
                                new Fact.Asked(STREAM, 1, 0, "KNOWN"))),
                new Broken("an expired epoch is forgotten", Promise.EXPIRED_LEAVES_DIRECTORY,
                        history(sound(1), new Fact.Asked(STREAM, 1, 0, "UNKNOWN"), cut(0, 0, true, 1),
                                new Fact.Asked(STREAM, 1, 0, "UNKNOWN"))),
                new Broken("an older entry replaces a newer one", Promise.DIRECTORY_IS_TRUE,
                        history(sound(1), cut(0, 0, true, 1), end(0), listed(9, true, 0), listed(1, false, -1),
                                over())),
                new Broken("the directory says that an epoch without a segment goes on", Promise.DIRECTORY_IS_TRUE,
                        history(sound(SESSION_LENGTH), listed(1, false, -1), over())));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void reportsBrokenPromise(Broken history) {
        history.assertReportedBy(new Oracle(true));
    }

    @Test
    void acceptsCorrectSegments() {
        Oracle oracle = new Oracle(true);
        history(sound(SESSION_LENGTH), listed(1, false, -1), cut(0, 0, false, 1, 2),
                // A successor repeats what its predecessor may have lost.
                cut(0, 0, false, 1, 2), cut(0, 1, true, 3), cut(1, 0, true, 4), end(1), end(1), listed(9, true, 1),
                // A predecessor writes late.
                cut(0, 1, true, 3), listed(1, false, -1),
                // Its owner restores the newer entry.
                listed(9, true, 1), over()).forEach(oracle::watch);
        assertThat(oracle.violation()).isEmpty();
    }

    @Test
    void acceptsSoundBeforeFirstPicture() {
        Oracle oracle = new Oracle(true);
        history(both(5), cut(0, 0, false, 2, 3), cut(0, 1, true, 5, 4), end(0), listed(9, true, 0), over())
                .forEach(oracle::watch);
        assertThat(oracle.violation()).isEmpty();
    }

    @Test
    void acceptsSoundBetweenPauseAndPicture() {
        Oracle oracle = new Oracle(true);
        history(new Fact.Resumed(STREAM, Fact.packet(0, 2)), both(6), cut(0, 0, true, 2), cut(1, 0, true, 4, 5, 6),
                end(1),
                listed(9, true, 1), over())
                .forEach(oracle::watch);
        assertThat(oracle.violation()).isEmpty();
    }

    @Test
    void acceptsShortSessionWithoutSegment() {
        Oracle oracle = new Oracle(true);
        history(sound(SESSION_LENGTH), new Fact.Unlisted(STREAM, 0), over()).forEach(oracle::watch);
        assertThat(oracle.violation()).isEmpty();
    }

    /** Session 0 begins an epoch, and its frames are shown at the offsets from 1 on. */
    private static List<Fact> sound(int frames) {
        return session(frames, "AAC");
    }

    /** The same, and its record says that the session has no video. */
    private static List<Fact> soundAlone(int frames) {
        List<Fact> facts = sound(frames);
        facts.add(1, new Fact.Logged(STREAM, 1, new Fact.Tracks(0, "AAC")));
        return facts;
    }

    private static List<Fact> pictures(int frames) {
        return session(frames, "AVC");
    }

    /** Frames of sound at odd offsets, pictures at even ones. */
    private static List<Fact> both(int frames) {
        return session(frames, "AAC", "AVC");
    }

    /** @param codecs of the frames, in turn */
    private static List<Fact> session(int frames, String... codecs) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact.Logged(STREAM, 0, new Fact.Claim(0)));
        for (int n = 0; n < frames; n++) {
            long packet = Fact.packet(0, n);
            facts.add(new Fact.Sent(STREAM, 0, packet));
            facts.add(new Fact.Logged(STREAM, n + 1, new Fact.Media(0, n, packet)));
            if (n == 0) {
                facts.add(new Fact.EpochBegan(STREAM, 0));
            }
            facts.add(new Fact.Shown(STREAM, n + 1, 0, 0, n, packet, codecs[n % codecs.length]));
        }
        return facts;
    }

    /** The session and its epoch are over, and everybody is away. */
    private static List<Fact> over() {
        return List.of(new Fact.Noticed(STREAM, 0, "OVER"), new Fact.Logged(STREAM, 999, new Fact.GraceOver(0)),
                new Fact.EpochOver(STREAM, 0), new Fact.Forgotten(STREAM, 0), new Fact.AllAway(STREAM));
    }

    private static Fact.Cut cut(long segment, int part, boolean last, long... offsets) {
        return new Fact.Cut(STREAM, 0, segment, part, last, LongStream.of(offsets).boxed().toList(),
                content(segment + "." + part + Arrays.toString(offsets)));
    }

    private static Fact.Cut other(Fact.Cut than) {
        return new Fact.Cut(STREAM, than.epoch(), than.segment(), than.part(), than.last(), than.offsets(),
                content("other"));
    }

    private static Fact end(long lastSegment) {
        return new Fact.CutsEnded(STREAM, 0, lastSegment, content("end"));
    }

    private static Fact listed(long asOf, boolean ended, long lastSegment) {
        return new Fact.Listed(STREAM, 0, asOf, ended, lastSegment);
    }

    private static ByteBuffer content(String of) {
        return ByteBuffer.wrap(of.getBytes(StandardCharsets.UTF_8));
    }
}
