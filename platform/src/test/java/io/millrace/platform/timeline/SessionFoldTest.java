package io.millrace.platform.timeline;

import io.millrace.platform.log.Encoder;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.SessionTracks;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.TrackSet;
import io.millrace.platform.log.UnreadableStateException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class SessionFoldTest {
    private static final EpochRules RULES = new EpochRules(1, 2_000, 500, 30_000, 30_000, List.of(Format.TS));
    private static final EpochRules RULES_3 = new EpochRules(3, 2_000, 500, 30_000, 30_000, List.of(Format.TS));
    private static final EpochRules RULES_4 = new EpochRules(4, 2_000, 500, 30_000, 30_000, List.of(Format.TS));
    private static final EpochRules RULES_5 = new EpochRules(5, 2_000, 500, 30_000, 30_000, List.of(Format.TS));
    private static final TrackSet BOTH = new TrackSet("AVC", "AAC");
    private static final TrackSet SILENT = new TrackSet("AVC", null);

    private static final Encoder ENCODER = new Encoder("n1", "OBS", "10.0.0.1:5");

    private static SessionStarted claim() {
        return claim(RULES);
    }

    private static SessionStarted claim(EpochRules rules) {
        return new SessionStarted(SessionStarted.Role.PRIMARY, ENCODER, 1_000, rules);
    }

    private static Packet packet(long session, long seq, Packet.Kind kind, long ms, boolean config) {
        return new Packet(session, seq, ms * 1_000, ms, 0, kind, 0,
                config ? Packet.Content.CONFIG : Packet.Content.OTHER, ByteBuffer.allocate(8));
    }

    private static Packet video(long session, long seq, long ms) {
        return packet(session, seq, Packet.Kind.VIDEO, ms, false);
    }

    private static Packet audio(long session, long seq, long ms) {
        return packet(session, seq, Packet.Kind.AUDIO, ms, false);
    }

    private static Packet config(long session, long seq) {
        return packet(session, seq, Packet.Kind.VIDEO, 0, true);
    }

    private static SessionEnded ended(long session) {
        return new SessionEnded(session, 2_000, SessionEnded.Reason.DISCONNECTED, "");
    }

    private static SessionEnded suspected(long session) {
        return new SessionEnded(session, 2_000, SessionEnded.Reason.SUSPECTED, "");
    }

    private static SessionTracks tracks(long session, TrackSet tracks) {
        return new SessionTracks(session, tracks);
    }

    private static GraceOver over(long session) {
        return new GraceOver(session, 3_000);
    }

    /**
     * Formats a verdict: {@code began0 took0 0/0@40} is epoch/session@ms; {@code -reason} is ignored; {@code .} is
     * void.
     */
    private static String say(Verdict verdict) {
        StringBuilder line = new StringBuilder();
        for (SessionEvent event : verdict.events()) {
            line.append(switch (event) {
                case SessionEvent.EpochBegan e -> "began" + e.epoch() + " ";
                case SessionEvent.TookOver e -> "took" + e.session() + " ";
                case SessionEvent.Left e -> "left" + e.session() + " ";
                case SessionEvent.Returned e -> "back" + e.session() + " ";
                case SessionEvent.EpochOver e -> "over" + e.epoch() + " ";
            });
        }
        return switch (verdict) {
            case Verdict.Counts c -> line + "" + c.epoch() + "/" + c.session() + "@" + c.timeMs()
                    + (c.newLine() ? " line" : "") + (c.lost() > 0 ? " lost" + c.lost() : "");
            case Verdict.Ignored i -> line + "-" + i.reason().label();
            case Verdict.Control _ -> line.isEmpty() ? "." : line.toString().trim();
        };
    }

    private static List<String> tell(List<PacketsRecord> records, int resumeEvery) {
        SessionFold fold = new SessionFold();
        List<String> said = new ArrayList<>();
        for (int offset = 0; offset < records.size(); offset++) {
            if (resumeEvery > 0 && offset % resumeEvery == 0) {
                fold = SessionFold.resume(ByteBuffer.wrap(fold.toBytes()));
            }
            said.add(say(fold.fold(offset, records.get(offset))));
        }
        return said;
    }

    private record Story(String name, List<PacketsRecord> records, String... said) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Story> stories() {
        return Stream.of(
                new Story("a session, its end, its grace", List.of(claim(), config(0, 0), video(0, 1, 500),
                        audio(0, 2, 510), video(0, 3, 533), ended(0), over(0)),
                        ".", "began0 took0 0/0@0", "0/0@0 line", "0/0@10", "0/0@33", "left0", "over0"),
                new Story("packets without a claim count for nothing", List.of(video(7, 0, 0), claim(), video(1, 0, 0)),
                        "-unknown_session", ".", "began1 took1 1/1@0 line"),
                new Story("a claim alone means nothing", List.of(claim(), video(0, 0, 0), claim(), video(0, 1, 40)),
                        ".", "began0 took0 0/0@0 line", ".", "0/0@40"),
                new Story("a greater session takes over at its first packet and the lesser one is a zombie",
                        List.of(claim(), video(0, 0, 0), claim(), video(0, 1, 40), config(2, 0), video(0, 2, 80),
                                video(2, 1, 9_000), video(0, 3, 120), video(2, 2, 9_040)),
                        ".", "began0 took0 0/0@0 line", ".", "0/0@40", "took2 0/2@40", "-lesser_session",
                        "0/2@80 line", "-lesser_session", "0/2@120"),
                new Story("of two claims the one with the first packet takes over and the greater one still may",
                        List.of(claim(), claim(), video(0, 0, 0), video(1, 0, 0), video(0, 1, 40)),
                        ".", ".", "began0 took0 0/0@0 line", "took1 0/1@40 line", "-lesser_session"),
                new Story("a lesser claim is void once a greater session took over",
                        List.of(claim(), claim(), video(1, 0, 0), video(0, 0, 0)),
                        ".", ".", "began1 took1 1/1@0 line", "-lesser_session"),
                new Story("a claim outlives a suspicion: its first packet undoes it",
                        List.of(claim(), suspected(0), video(0, 0, 0), video(0, 1, 40)),
                        ".", ".", "began0 took0 0/0@0 line", "0/0@40"),
                new Story("a suspected claim is withdrawn when its grace is over",
                        List.of(claim(), suspected(0), over(0), video(0, 0, 0)),
                        ".", ".", ".", "-unknown_session"),
                new Story("a claim is withdrawn by its end", List.of(claim(), ended(0), video(0, 0, 0)),
                        ".", ".", "-unknown_session"),
                new Story("a suspicion is undone by the next packet and grace does not end then",
                        List.of(claim(), video(0, 0, 0), ended(0), video(0, 1, 40), over(0), video(0, 2, 80)),
                        ".", "began0 took0 0/0@0 line", "left0", "back0 0/0@40", ".", "0/0@80"),
                new Story("repeated ends change nothing",
                        List.of(claim(), video(0, 0, 0), ended(0), ended(0), over(0), over(0), ended(0)),
                        ".", "began0 took0 0/0@0 line", "left0", ".", "over0", ".", "."),
                new Story("grace over without an end is void",
                        List.of(claim(), video(0, 0, 0), over(0), video(0, 1, 40)),
                        ".", "began0 took0 0/0@0 line", ".", "0/0@40"),
                new Story("grace over ends a session that is live again since version 3: its node has been told",
                        List.of(claim(RULES_3), video(0, 0, 0), suspected(0), video(0, 1, 40), over(0), video(0, 2, 80),
                                claim(), video(6, 0, 0)),
                        ".", "began0 took0 0/0@0 line", "left0", "back0 0/0@40", "left0 over0", "-after_end", ".",
                        "began6 took6 6/6@0 line"),
                new Story("grace over is void since version 3, too, once a greater session has taken over",
                        List.of(claim(RULES_3), video(0, 0, 0), claim(), video(2, 0, 0), over(0), video(2, 1, 40)),
                        ".", "began0 took0 0/0@0 line", ".", "took2 0/2@40 line", ".", "0/2@80"),
                new Story("packets after the end count for nothing and a claim begins a new epoch",
                        List.of(claim(), video(0, 0, 0), ended(0), over(0), video(0, 1, 40), claim(), video(5, 0, 70)),
                        ".", "began0 took0 0/0@0 line", "left0", "over0", "-after_end", ".", "began5 took5 5/5@0 line"),
                new Story("who returns within grace joins the epoch",
                        List.of(claim(), video(0, 0, 0), ended(0), claim(), video(3, 0, 70), over(0)),
                        ".", "began0 took0 0/0@0 line", "left0", ".", "took3 0/3@40 line", "."),
                new Story("a claim before the grace is over begins the next epoch if its first packet comes after",
                        List.of(claim(), video(0, 0, 0), ended(0), claim(), over(0), video(3, 0, 70)),
                        ".", "began0 took0 0/0@0 line", "left0", ".", "over0", "began3 took3 3/3@0 line"),
                new Story("an end of a session that was replaced is void",
                        List.of(claim(), video(0, 0, 0), claim(), video(2, 0, 0), ended(0), over(0), video(2, 1, 40)),
                        ".", "began0 took0 0/0@0 line", ".", "took2 0/2@40 line", ".", ".", "0/2@80"),
                new Story("repeated packets are dropped and missing ones are told",
                        List.of(claim(), video(0, 0, 0), video(0, 0, 0), video(0, 3, 120), video(0, 2, 80),
                                video(0, 4, 160)),
                        ".", "began0 took0 0/0@0 line", "-duplicate", "0/0@120 lost2", "-duplicate", "0/0@160"),
                new Story("a session that begins with a hole has lost packets", List.of(claim(), video(0, 2, 0)),
                        ".", "began0 took0 0/0@0 line lost2"));
    }

    static Stream<Story> storiesOfTracks() {
        return Stream.of(
                new Story("a session takes over with its tracks",
                        List.of(claim(RULES_5), tracks(0, BOTH), video(0, 0, 0)),
                        ".", "began0 took0", "0/0@0 line"),
                new Story("a session with the same tracks joins the epoch",
                        List.of(claim(RULES_5), tracks(0, BOTH), video(0, 0, 0), ended(0), claim(RULES_5),
                                tracks(4, BOTH),
                                video(4, 0, 70)),
                        ".", "began0 took0", "0/0@0 line", "left0", ".", "took4", "0/4@40 line"),
                new Story("a session that has lost its sound ends the epoch and begins another",
                        List.of(claim(RULES_5), tracks(0, BOTH), video(0, 0, 0), ended(0), claim(RULES_5),
                                tracks(4, SILENT), video(4, 0, 70), over(0), video(0, 1, 40)),
                        ".", "began0 took0", "0/0@0 line", "left0", ".", "over0 began4 took4", "4/4@0 line", ".",
                        "-lesser_session"),
                new Story("a session with sound after one without",
                        List.of(claim(RULES_5), tracks(0, SILENT), video(0, 0, 0), ended(0), claim(RULES_5),
                                tracks(4, BOTH), video(4, 0, 70)),
                        ".", "began0 took0", "0/0@0 line", "left0", ".", "over0 began4 took4", "4/4@0 line"),
                new Story("a session with another codec",
                        List.of(claim(RULES_5), tracks(0, BOTH), video(0, 0, 0), ended(0), claim(RULES_5),
                                tracks(4, new TrackSet("HEVC", "AAC")), video(4, 0, 70)),
                        ".", "began0 took0", "0/0@0 line", "left0", ".", "over0 began4 took4", "4/4@0 line"),
                new Story("other tracks end an epoch whose session is live",
                        List.of(claim(RULES_5), tracks(0, BOTH), video(0, 0, 0), claim(RULES_5), tracks(3, SILENT),
                                ended(0), video(3, 0, 70)),
                        ".", "began0 took0", "0/0@0 line", ".", "left0 over0 began3 took3", ".", "3/3@0 line"),
                new Story("the first session that says its tracks decides those of the epoch",
                        List.of(claim(RULES_5), video(0, 0, 0), ended(0), claim(RULES_5), tracks(3, SILENT),
                                video(3, 0, 70), ended(3), claim(RULES_5), tracks(7, BOTH)),
                        ".", "began0 took0 0/0@0 line", "left0", ".", "took3", "0/3@40 line", "left3", ".",
                        "over0 began7 took7"),
                new Story("a session that does not say its tracks joins the epoch",
                        List.of(claim(RULES_5), tracks(0, BOTH), video(0, 0, 0), ended(0), claim(RULES_4),
                                video(4, 0, 70), ended(4), claim(RULES_5), tracks(7, SILENT)),
                        ".", "began0 took0", "0/0@0 line", "left0", ".", "took4 0/4@40 line", "left4", ".",
                        "over0 began7 took7"),
                new Story("an epoch of version 4 takes any tracks",
                        List.of(claim(RULES_4), tracks(0, BOTH), video(0, 0, 0), ended(0), claim(RULES_5),
                                tracks(4, SILENT), video(4, 0, 70), ended(4), over(4), claim(RULES_5), tracks(9, BOTH)),
                        ".", ".", "began0 took0 0/0@0 line", "left0", ".", ".", "took4 0/4@40 line", "left4", "over0",
                        ".",
                        "began9 took9"),
                new Story("the tracks of a new epoch are its own",
                        List.of(claim(RULES_5), tracks(0, BOTH), ended(0), over(0), claim(RULES_5), tracks(4, SILENT),
                                ended(4), claim(RULES_5), tracks(7, SILENT)),
                        ".", "began0 took0", "left0", "over0", ".", "began4 took4", "left4", ".", "took7"),
                new Story("tracks of lesser, unknown and running sessions are void",
                        List.of(tracks(9, BOTH), claim(RULES_5), claim(RULES_5), tracks(2, BOTH), tracks(2, SILENT),
                                tracks(1, SILENT), video(2, 0, 0)),
                        ".", ".", ".", "began2 took2", ".", ".", "2/2@0 line"));
    }

    @ParameterizedTest
    @MethodSource({"stories", "storiesOfTracks"})
    void decidesWhichPacketsCount(Story story) {
        assertThat(tell(story.records, 0)).containsExactly(story.said);
    }

    @ParameterizedTest
    @MethodSource({"stories", "storiesOfTracks"})
    void decidesSameIfResumedAnywhere(Story story) {
        assertThat(tell(story.records, 1)).containsExactly(story.said);
        assertThat(tell(story.records, 3)).containsExactly(story.said);
    }

    static Stream<Arguments> timestamps() {
        return Stream.of(
                Arguments.of("both tracks jump ahead",
                        List.of(video(0, 0, 0), audio(0, 1, 10), video(0, 2, 40), video(0, 3, 60_000),
                                audio(0, 4, 60_010)),
                        List.of("0 line", "10", "40", "80 line", "90")),
                Arguments.of("both tracks jump back",
                        List.of(video(0, 0, 90_000), audio(0, 1, 90_010), video(0, 2, 90_040), audio(0, 3, 5),
                                video(0, 4, 25)),
                        List.of("0 line", "10", "40", "80 line", "100")),
                Arguments.of("the other track's old time is dropped until it jumps too",
                        List.of(video(0, 0, 0), audio(0, 1, 0), video(0, 2, 40), audio(0, 3, 21), video(0, 4, 60_000),
                                audio(0, 5, 43), audio(0, 6, 64), video(0, 7, 60_040), audio(0, 8, 60_020)),
                        List.of("0 line", "0", "40", "21", "80 line", "-", "-", "120", "100")),
                Arguments.of("a second is disorder and not a jump",
                        List.of(video(0, 0, 2_000), video(0, 1, 2_040), video(0, 2, 1_040), video(0, 3, 2_080)),
                        List.of("0 line", "40", "0", "80")),
                Arguments.of("one millisecond more is a jump",
                        List.of(video(0, 0, 2_000), video(0, 1, 2_040), video(0, 2, 1_039)),
                        List.of("0 line", "40", "80 line")),
                Arguments.of("ten seconds are a hole and not a jump",
                        List.of(video(0, 0, 0), video(0, 1, 10_000), video(0, 2, 20_001)),
                        List.of("0 line", "10000", "10040 line")),
                Arguments.of("a track that was silent comes back where the other is",
                        List.of(video(0, 0, 0), audio(0, 1, 0), video(0, 2, 9_000), video(0, 3, 18_000),
                                audio(0, 4, 18_010)),
                        List.of("0 line", "0", "9000", "18000", "18010")),
                Arguments.of("if only the audio jumps the picture wins after two seconds",
                        List.of(video(0, 0, 0), audio(0, 1, 0), video(0, 2, 1_000), audio(0, 3, 500_000),
                                video(0, 4, 2_000),
                                audio(0, 5, 500_020), video(0, 6, 3_001), audio(0, 7, 500_040), video(0, 8, 3_041)),
                        List.of("0 line", "0", "1000", "1040 line", "-", "1060", "2060 line", "-", "2100")),
                Arguments.of("stamps that creep back are measured from the newest",
                        List.of(video(0, 0, 3_000), video(0, 1, 2_400), video(0, 2, 1_900)),
                        List.of("0 line", "0", "40 line")),
                Arguments.of("configurations and data do not drive the line",
                        List.of(config(0, 0), video(0, 1, 700_000), packet(0, 2, Packet.Kind.DATA, 0, false),
                                video(0, 3, 700_040), packet(0, 4, Packet.Kind.DATA, 700_030, false)),
                        List.of("0", "0 line", "0", "40", "30")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("timestamps")
    void keepsOneTimeline(String name, List<Packet> packets, List<String> times) {
        SessionFold fold = new SessionFold();
        fold.fold(0, claim());
        List<String> said = new ArrayList<>();
        for (Packet packet : packets) {
            fold = SessionFold.resume(ByteBuffer.wrap(fold.toBytes()));
            said.add(switch (fold.fold(said.size() + 1, packet)) {
                case Verdict.Counts c -> c.timeMs() + (c.newLine() ? " line" : "");
                case Verdict.Ignored _ -> "-";
                case Verdict.Control _ -> ".";
            });
        }
        assertThat(said).as(name).isEqualTo(times);
    }

    @ParameterizedTest
    @CsvSource({"2, 16", "3, 255"})
    void keepsNewestClaimsOnly(int rulesVersion, int limit) {
        EpochRules rules = new EpochRules(rulesVersion, 2_000, 500, 30_000, 30_000, List.of(Format.TS));
        SessionFold fold = new SessionFold();
        for (int i = 0; i < limit; i++) {
            fold.fold(i, claim(rules));
        }
        SessionFold full = SessionFold.resume(ByteBuffer.wrap(fold.toBytes()));
        assertThat(say(full.fold(1_000, video(0, 0, 0)))).isEqualTo("began0 took0 0/0@0 line");
        fold.fold(limit, claim(rules));
        assertThat(say(fold.fold(1_000, video(0, 0, 0)))).isEqualTo("-unknown_session");
        assertThat(say(fold.fold(1_001, video(1, 0, 0)))).isEqualTo("began1 took1 1/1@0 line");
    }

    @Test
    void canBeRemovedWhenOverWithoutClaims() {
        SessionFold fold = new SessionFold();
        assertThat(fold.isForgettable()).isTrue();
        fold.fold(0, claim());
        assertThat(fold.isForgettable()).isFalse();
        fold.fold(1, video(0, 0, 0));
        fold.fold(2, ended(0));
        assertThat(fold.isForgettable()).isFalse();
        fold.fold(3, claim());
        fold.fold(4, over(0));
        assertThat(fold.isForgettable()).isFalse();
        fold.fold(5, ended(3));
        assertThat(fold.isForgettable()).isTrue();
    }

    private static StreamEntry entry(long session, long timestampOffsetMs) {
        return entry(session, timestampOffsetMs, RULES);
    }

    private static StreamEntry entry(long session, long timestampOffsetMs, EpochRules rules) {
        return new StreamEntry("live/show", 0, StreamEntry.State.LIVE, rules, new StreamEntry.Span(1, 9, 1_000, 0),
                new StreamEntry.NewestSession(session, 1, timestampOffsetMs, 1_000, ENCODER, List.of(), List.of()),
                new StreamEntry.Playlist(2, -1, 0), List.of());
    }

    @Test
    void joiningReaderComputesSameTimes() {
        List<PacketsRecord> records = List.of(claim(), config(0, 0), video(0, 1, 500), audio(0, 2, 510),
                video(0, 3, 540),
                audio(0, 4, 550), video(0, 5, 580), audio(0, 6, 590), claim(), config(8, 0), video(8, 1, 70_000));
        List<String> said = tell(records, 0);
        SessionFold joined = SessionFold.join(entry(0, -500), new Keyframe(0, 4, -500), TrackSet.UNKNOWN);
        for (int offset = 4; offset < records.size(); offset++) {
            assertThat(say(joined.fold(offset, records.get(offset)))).isEqualTo(said.get(offset));
        }
    }

    @Test
    void joiningReaderAcceptsFirstPacketOfClaim() {
        SessionFold joined = SessionFold.join(entry(0, 0), new Keyframe(0, 20, 0), TrackSet.UNKNOWN);
        joined.fold(20, video(0, 5, 0));
        assertThat(say(joined.fold(21, video(12, 0, 0)))).isEqualTo("took12 0/12@40 line");
        assertThat(say(joined.fold(22, video(21, 0, 0)))).isEqualTo("-unknown_session");
    }

    /** Also if the session was claimed before the reader's first record. */
    @Test
    void joiningReaderSeesOtherTracks() {
        for (long claim : new long[]{12, 21}) {
            SessionFold joined = SessionFold.join(entry(0, 0, RULES_5), new Keyframe(0, 20, 0), BOTH);
            joined.fold(20, video(0, 5, 0));
            if (claim > 20) {
                joined.fold(claim, claim(RULES_5));
            }
            assertThat(say(joined.fold(22, tracks(claim, BOTH)))).isEqualTo("took" + claim);
            joined.fold(23, claim(RULES_5));
            assertThat(say(joined.fold(24, tracks(23, SILENT)))).isEqualTo("left" + claim + " over0 began23 took23");
        }
    }

    @Test
    void stateHasTracksOfEpoch() {
        SessionFold fold = new SessionFold();
        fold.fold(0, claim(RULES_4));
        fold.fold(1, tracks(0, BOTH));
        fold.fold(2, video(0, 0, 0));
        assertThat(SessionFold.resume(ByteBuffer.wrap(fold.toBytes())).tracks()).isEqualTo(TrackSet.UNKNOWN);
        fold.fold(3, ended(0));
        fold.fold(4, over(0));
        fold.fold(5, claim(RULES_5));
        fold.fold(6, tracks(5, SILENT));
        assertThat(SessionFold.resume(ByteBuffer.wrap(fold.toBytes())).tracks()).isEqualTo(SILENT);
    }

    @Test
    void rejectsUnreadableState() {
        byte[] bytes = new SessionFold().toBytes();
        bytes[5] ^= 1;
        assertThatExceptionOfType(UnreadableStateException.class)
                .isThrownBy(() -> SessionFold.resume(ByteBuffer.wrap(bytes)));
        assertThatExceptionOfType(UnreadableStateException.class)
                .isThrownBy(() -> SessionFold.resume(ByteBuffer.wrap(new SessionFold().toBytes(), 0, 20)));
    }
}
