package io.millrace.testkit.oracle;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The oracle names the promise that is broken by what viewers receive. */
class ViewerOracleTest {
    private static final String STREAM = "live/show";

    static Stream<Broken> broken() {
        return Stream.of(
                new Broken("a part is written again with other bytes", Promise.ONE_CONTENT_PER_IDENTITY,
                        history(muxed("bytes"), muxed("others"))),
                new Broken("a URL has other bytes at another edge", Promise.ONE_CONTENT_PER_IDENTITY,
                        history(served(0, 0, "bytes", 0, 1), served(1, 0, "others", 0, 1))),
                new Broken("a segment lacks a frame", Promise.CUT_IS_SERVED, history(served(0, 0, "bytes", 0))),
                new Broken("a segment has a frame of another one", Promise.CUT_IS_SERVED,
                        history(served(0, 0, "bytes", 0, 1, 2))),
                new Broken("edges show different playlists", Promise.ONE_PLAYLIST_PER_OFFSET,
                        history(playlist(0, 8, text(0, 0, "")), playlist(1, 8, text(0, 1, "")))),
                new Broken("an edge ends a playlist earlier than another one", Promise.ONE_PLAYLIST_PER_OFFSET,
                        history(playlist(0, 8, text(0, 0, "")), playlist(1, 8, text(0, 0, END)))),
                new Broken("an edge that has restarted shows nothing where another one showed a playlist",
                        Promise.ONE_PLAYLIST_PER_OFFSET,
                        history(playlist(1, 8, text(0, 1, END)), new Fact.Watching(STREAM, 0, 0),
                                playlist(0, 8, ""))),
                new Broken("the same edge shows different playlists", Promise.ONE_PLAYLIST_PER_OFFSET,
                        history(playlist(0, 7, text(0, 0, "")), playlist(0, 6, text(0, 1, "")))),
                new Broken("a playlist goes back", Promise.NUMBERS_RISE,
                        history(playlist(0, 5, text(1, 1, "")), playlist(0, 8, text(0, 1, "")))),
                new Broken("an edge that is behind shows a later playlist", Promise.NUMBERS_RISE,
                        history(playlist(0, 8, text(0, 1, "")), playlist(1, 5, text(1, 1, "")))),
                new Broken("a playlist changes after its end", Promise.NUMBERS_RISE,
                        history(playlist(0, 5, text(0, 0, END)), playlist(0, 8, text(0, 1, END)))),
                new Broken("a segment is a gap", Promise.CUT_IS_SERVED,
                        history(playlist(0, 8, gap(0, "")))),
                new Broken("a segment without a damaged packet is a gap", Promise.CUT_IS_SERVED,
                        history(new Fact.Damaged(STREAM, 3), playlist(0, 8, gap(0, "")))),
                new Broken("a part of another rendition is written again with other bytes",
                        Promise.ONE_CONTENT_PER_IDENTITY, history(new Fact.Muxed(STREAM, 0, AUDIO, 0, 0, content("a")),
                                new Fact.Muxed(STREAM, 0, "video0", 0, 0, content("b")),
                                new Fact.Muxed(STREAM, 0, AUDIO, 0, 0, content("c")))),
                new Broken("an init section has other bytes at another edge", Promise.ONE_CONTENT_PER_IDENTITY,
                        history(init(0, 0, "one"), init(0, 1, "two"), init(1, 1, "two"), init(1, 0, "two"))),
                new Broken("a segment in CMAF lacks a frame", Promise.CUT_IS_SERVED,
                        history(new Fact.Served(STREAM, 0, 0, AUDIO, 0, List.of(Fact.packet(0, 0)), content("a")))),
                new Broken("a segment of pictures has sound", Promise.CUT_IS_SERVED, history(
                        new Fact.Served(STREAM, 0, 0, "video0", 0, List.of(Fact.packet(0, 0)), content("a")))),
                new Broken("a segment with a frame of the rendition is a gap", Promise.CUT_IS_SERVED,
                        history(cmaf(0, "video0", 8, gap(0, "")), cmaf(0, AUDIO, 8, gap(0, "")))),
                new Broken("edges show different playlists of a rendition", Promise.ONE_PLAYLIST_PER_OFFSET,
                        history(cmaf(0, AUDIO, 8, text(0, 0, "")), cmaf(1, AUDIO, 8, text(0, 1, "")))),
                new Broken("an init section applies to a segment later", Promise.ONE_CONTENT_PER_IDENTITY,
                        history(cmaf(0, AUDIO, 5, MAP + text(0, 0, "")), cmaf(0, AUDIO, 8, text(0, 1, "")))),
                new Broken("an edge responds as of a part with something else", Promise.PLAYLIST_AS_OF_A_PART_IS_FIXED,
                        history(asOf(0, 0, 1, OPEN), asOf(1, 0, 1, OPEN), asOf(1, 0, 1, OPEN + "#\n"))),
                new Broken("a playlist as of a part does not list it", Promise.PLAYLIST_AS_OF_A_PART_IS_FIXED,
                        history(asOf(0, 0, 0, OPEN), asOf(0, 0, 2, OPEN))),
                new Broken("a multivariant playlist names a rendition without a playlist", Promise.CUT_IS_SERVED,
                        history(cmaf(0, AUDIO, 8, text(0, 1, "")), new Fact.Variants(STREAM, 0, 0, Set.of(AUDIO)),
                                new Fact.Variants(STREAM, 0, 0, Set.of(AUDIO, "video0")))),
                new Broken("a viewer of CMAF is never shown anything", Promise.CUT_IS_SERVED,
                        history(new Fact.Rules(STREAM, 0, Set.of("CMAF", "TS")), playlist(0, 8, text(0, 1, END)), end(),
                                over())),
                new Broken("a viewer is never shown anything", Promise.CUT_IS_SERVED,
                        history(new Fact.Watching(STREAM, 1, 0), playlist(0, 8, text(0, 1, END)), end(), over())),
                new Broken("another run of an edge shows nothing", Promise.CUT_IS_SERVED,
                        history(playlist(0, 8, text(0, 1, END)), new Fact.Watching(STREAM, 0, 0), end(), over())),
                new Broken("a playlist loses its last segment", Promise.NUMBERS_RISE,
                        history(playlist(0, 5, text(0, 1, "")), playlist(0, 8, text(0, 0, "")))),
                new Broken("a segment has another duration later", Promise.ONE_CONTENT_PER_IDENTITY,
                        history(playlist(0, 5, text(0, 0, "")),
                                playlist(0, 8, text(0, 1, "").replaceFirst("#EXTINF:2", "#EXTINF:3")))),
                new Broken("a segment is discontinuous later", Promise.ONE_CONTENT_PER_IDENTITY,
                        history(playlist(0, 5, text(0, 1, "")), playlist(0, 8,
                                text(0, 1, "").replace("0.ts\n", "0.ts\n#EXT-X-DISCONTINUITY\n")))),
                new Broken("the last segment is never listed", Promise.CUT_IS_SERVED,
                        history(playlist(0, 8, text(0, 0, END)), end(), over())),
                new Broken("a playlist never ends", Promise.EVERY_EPOCH_ENDS,
                        history(playlist(0, 8, text(0, 1, "")), end(), over())));
    }

    private static final String END = "#EXT-X-ENDLIST\n";
    private static final String AUDIO = "audio0";
    private static final String MAP = "#EXT-X-MAP:URI=\"init-0.mp4\"\n";
    /** Two parts of segment 0. */
    private static final String OPEN = "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PART:DURATION=1,URI=\"0.0.m4s\"\n"
            + "#EXT-X-PART:DURATION=1,URI=\"0.1.m4s\"\n";

    @ParameterizedTest
    @MethodSource("broken")
    void reportsBrokenPromise(Broken history) {
        history.assertReportedBy(new Oracle(true));
    }

    @Test
    void acceptsCorrectViews() {
        Oracle oracle = new Oracle(true);
        history(muxed("bytes"), muxed("bytes"), new Fact.Watching(STREAM, 1, 0), playlist(0, 5, text(0, 0, "")),
                playlist(1, 4, ""),
                served(0, 0, "bytes", 1, 0), served(1, 0, "bytes", 0, 1), playlist(0, 8, text(0, 1, "")), end(),
                new Fact.Indexed(STREAM, 9), playlist(0, 10, text(0, 1, END)), playlist(1, 20, text(0, 1, END)), over())
                .forEach(oracle::watch);
        assertThat(oracle.violation()).isEmpty();
    }

    @Test
    void acceptsRenditions() {
        Oracle oracle = new Oracle(true);
        history(new Fact.Rules(STREAM, 0, Set.of("CMAF")), new Fact.Watching(STREAM, 1, 0),
                cmaf(1, AUDIO, 5, text(0, 0, "")), cmaf(1, "video0", 8, gap(0, "")), asOf(0, 0, 1, OPEN),
                asOf(1, 0, 1, OPEN), init(0, 0, "one"), init(1, 0, "one"),
                new Fact.Served(STREAM, 0, 0, AUDIO, 1, List.of(Fact.packet(0, 2)), content("a")),
                new Fact.Variants(STREAM, 1, 0, Set.of(AUDIO)), cmaf(1, AUDIO, 8, text(0, 1, END)), end(), over())
                .forEach(oracle::watch);
        assertThat(oracle.violation()).isEmpty();
    }

    @Test
    void acceptsGapOfDamagedPacket() {
        Oracle oracle = new Oracle(true);
        history(new Fact.Damaged(STREAM, 2), playlist(0, 5, gap(0, "")), playlist(0, 8, gap(0, END)), end(), over())
                .forEach(oracle::watch);
        assertThat(oracle.violation()).isEmpty();
    }

    /** A playlist of two segments, of which one is a gap. */
    private static String gap(int segment, String end) {
        return text(0, 1, end).replace("#EXTINF:2,\n" + segment, "#EXTINF:2,\n#EXT-X-GAP\n" + segment);
    }

    /** Frames 0 to 2 of session 0 are shown, and cut into two segments. Each argument is a fact, or a list of them. */
    private static List<Fact> history(Object... parts) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact.Logged(STREAM, 0, new Fact.Claim(0)));
        for (int n = 0; n < 3; n++) {
            long packet = Fact.packet(0, n);
            facts.add(new Fact.Sent(STREAM, 0, packet));
            facts.add(new Fact.Logged(STREAM, n + 1, new Fact.Media(0, n, packet)));
            if (n == 0) {
                facts.add(new Fact.EpochBegan(STREAM, 0));
            }
            facts.add(new Fact.Shown(STREAM, n + 1, 0, 0, n, packet, "AAC"));
        }
        facts.add(new Fact.Cut(STREAM, 0, 0, 0, false, List.of(1L), content("0.0")));
        facts.add(new Fact.Cut(STREAM, 0, 0, 1, true, List.of(2L), content("0.1")));
        facts.add(new Fact.Cut(STREAM, 0, 1, 0, true, List.of(3L), content("1.0")));
        List.of(3L, 4L, 7L).forEach(offset -> facts.add(new Fact.Indexed(STREAM, offset)));
        facts.addAll(Broken.history(parts));
        return facts;
    }

    private static List<Fact> end() {
        return List.of(new Fact.CutsEnded(STREAM, 0, 1, content("end")), new Fact.Listed(STREAM, 0, 99, true, 1));
    }

    private static List<Fact> over() {
        return List.of(new Fact.Noticed(STREAM, 0, "OVER"), new Fact.Logged(STREAM, 99, new Fact.GraceOver(0)),
                new Fact.EpochOver(STREAM, 0), new Fact.Forgotten(STREAM, 0), new Fact.AllAway(STREAM));
    }

    private static Fact muxed(String bytes) {
        return new Fact.Muxed(STREAM, 0, 0, 0, content(bytes));
    }

    private static Fact served(int edge, long segment, String bytes, int... frames) {
        List<Long> packets = new ArrayList<>();
        for (int frame : frames) {
            packets.add(Fact.packet(0, frame));
        }
        return new Fact.Served(STREAM, edge, 0, segment, packets, content(bytes));
    }

    private static Fact playlist(int edge, long readTo, String text) {
        return new Fact.Playlist(STREAM, edge, 0, readTo, text);
    }

    private static Fact cmaf(int edge, String rendition, long readTo, String text) {
        return new Fact.Playlist(STREAM, edge, 0, rendition, readTo, text);
    }

    private static Fact asOf(int edge, long segment, int part, String text) {
        return new Fact.AsOf(STREAM, edge, 0, AUDIO, segment, part, text);
    }

    private static Fact init(int edge, long discontinuity, String bytes) {
        return new Fact.Init(STREAM, edge, 0, AUDIO, discontinuity, content(bytes));
    }

    private static String text(int first, int last, String end) {
        StringBuilder text = new StringBuilder("#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:" + first + "\n");
        for (int segment = first; segment <= last; segment++) {
            text.append("#EXTINF:2,\n").append(segment).append(".ts\n");
        }
        return text.append(end).toString();
    }

    private static ByteBuffer content(String of) {
        return ByteBuffer.wrap(of.getBytes(StandardCharsets.UTF_8));
    }
}
