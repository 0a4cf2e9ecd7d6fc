package io.millrace.edge.rules;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The checker accepts good playlists, and finds each rule broken in playlists that break just that one. */
class RulesTest {
    private static final String HEAD = """
            #EXTM3U
            #EXT-X-VERSION:6
            #EXT-X-TARGETDURATION:2
            #EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12.00000,CAN-SKIP-DATERANGES=YES,HOLD-BACK=6.00000,\
            PART-HOLD-BACK=1.57200
            #EXT-X-PART-INF:PART-TARGET=0.52400
            #EXT-X-MEDIA-SEQUENCE:3
            #EXT-X-DISCONTINUITY-SEQUENCE:0
            #EXT-X-INDEPENDENT-SEGMENTS
            """;
    private static final String REPORT = "#EXT-X-RENDITION-REPORT:URI=\"../audio0/index.m3u8\",LAST-MSN=10,LAST-PART=1\n";
    private static final String HINT = "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"10.2.m4s\"\n";
    private static final String OLDER = "#EXT-X-MAP:URI=\"init-0.mp4\"\n" + segment(3) + segment(4) + segment(5)
            + "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init-1.mp4\"\n" + segment(6) + segment(7) + segment(8);
    private static final String GOOD = HEAD + OLDER + whole(9) + partly(10, 2) + HINT + REPORT;
    private static final String DELTA = GOOD.replace("VERSION:6", "VERSION:9").replaceFirst(
            "(?s)(INDEPENDENT-SEGMENTS\n).*?3.m4s\n", "$1#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n");
    private static final String NEXT = GOOD.replace(partly(10, 2), partly(10, 3)).replace("10.2.m4s\"\n#EXT-X-REN",
            "10.3.m4s\"\n#EXT-X-REN").replace("LAST-PART=1", "LAST-PART=2");
    private static final String ENDED = GOOD.replace(partly(10, 2), "").replace(HINT + REPORT, "#EXT-X-ENDLIST\n");

    /** A playlist that breaks one rule. */
    record Broken(String rule, String text) {
        static Broken of(String rule, String good, String old, String changed) {
            assertThat(good).as(rule).contains(old);
            return new Broken(rule, good.replace(old, changed));
        }
    }

    private static String segment(int number) {
        return time(number) + "#EXTINF:2.00000,\n" + number + ".m4s\n";
    }

    private static String whole(int number) {
        return partly(number, 4) + "#EXTINF:2.00000,\n" + number + ".m4s\n";
    }

    private static String time(int number) {
        return "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:%02d.000Z\n".formatted(2 * number);
    }

    private static String partly(int number, int parts) {
        var text = new StringBuilder(time(number));
        for (int part = 0; part < parts; part++) {
            text.append("#EXT-X-PART:DURATION=0.50000,URI=\"").append(number).append('.').append(part).append(".m4s\"")
                    .append(part == 0 ? ",INDEPENDENT=YES" : "").append('\n');
        }
        return text.toString();
    }

    private static Broken good(String rule, String old, String changed) {
        return Broken.of(rule, GOOD, old, changed);
    }

    private static Broken delta(String rule, String old, String changed) {
        return Broken.of(rule, DELTA, old, changed);
    }

    static Stream<Broken> playlists() {
        String version = "one version, no higher than needed";
        String maps = "MAP before the first segment and after each discontinuity";
        String times = "PROGRAM-DATE-TIME on every segment";
        String hint = "a hint at the next part while live, and none at the end";
        String reports = "reports of other renditions at the same part";
        return Stream.of(good("EXTM3U is the first line", "#EXTM3U\n", ""),
                good(version, "VERSION:6", "VERSION:9"),
                good(version, "#EXT-X-VERSION:6\n", "#EXT-X-VERSION:6\n#EXT-X-VERSION:6\n"),
                delta(version, "VERSION:9", "VERSION:6"),
                delta(version, "SEGMENTS=1\n", "SEGMENTS=1,RECENTLY-REMOVED-DATERANGES=\"\"\n"),
                good("TARGETDURATION is at least every rounded EXTINF", "#EXTINF:2.00000,\n5.m4s",
                        "#EXTINF:2.50000,\n5.m4s"),
                good("sequence numbers are present", "#EXT-X-DISCONTINUITY-SEQUENCE:0\n", ""),
                good("CAN-BLOCK-RELOAD", "CAN-BLOCK-RELOAD=YES,", ""),
                good("PART-HOLD-BACK", "PART-HOLD-BACK=1.57200", "PART-HOLD-BACK=1.57100"),
                good("HOLD-BACK", ",HOLD-BACK=6.00000", ",HOLD-BACK=5.90000"),
                good("CAN-SKIP-UNTIL", "UNTIL=12.0", "UNTIL=11.9"),
                good("CAN-SKIP-DATERANGES requires CAN-SKIP-UNTIL", "CAN-SKIP-UNTIL=12.00000,", ""),
                good(maps, "#EXT-X-MAP:URI=\"init-0.mp4\"\n", ""), good(maps, "#EXT-X-MAP:URI=\"init-1.mp4\"\n", ""),
                good(times, time(5), ""), good(times, time(10), ""),
                good("PROGRAM-DATE-TIME advances by EXTINF", time(10), time(10).replace("20.000", "20.100")),
                good("order of tags", time(5) + "#EXTINF:2.00000,\n", "#EXTINF:2.00000,\n" + time(5)),
                good("EXTINF has five digits", "#EXTINF:2.00000,\n5", "#EXTINF:2.000,\n5"),
                good("no part is longer than PART-TARGET", "0.50000,URI=\"10.1", "0.52500,URI=\"10.1"),
                good("parts have 85 % of PART-TARGET", "0.50000,URI=\"10.1", "0.44500,URI=\"10.1"),
                good("parts in the last three target durations only", segment(7) + segment(8), whole(7) + whole(8)),
                Broken.of("the parts of the newest segments are listed", GOOD.replace(whole(9), segment(9))
                        .replace(partly(10, 2), "").replace("MSN=10", "MSN=9"), "10.2.m4s", "10.0.m4s"),
                good("parts add up to their segment", "0.50000,URI=\"9.3", "0.49000,URI=\"9.3"),
                good("parts are numbered", "9.2.m4s", "9.4.m4s"),
                good("independent segments begin with an independent part", "10.0.m4s\",INDEPENDENT=YES", "10.0.m4s\""),
                good(hint, HINT, ""), good(hint, "TYPE=PART", "TYPE=MAP"),
                good(hint, "LAST-PART=1\n", "LAST-PART=1\n#EXT-X-ENDLIST\n"),
                good(hint, HINT, HINT + HINT), good(reports, "LAST-PART=1", "LAST-PART=0"),
                good(reports, "LAST-MSN=10", "LAST-MSN=9"), good(reports, REPORT, ""),
                good(reports, REPORT, REPORT + REPORT),
                delta("a delta update lists all after the skip boundary", "UNTIL=12.0", "UNTIL=14.0"),
                Broken.of("a complete playlist has six segments and three target durations",
                        GOOD.replaceFirst("(?s)#EXT-X-MAP.*5.m4s\n", ""), "SEQUENCE:3", "SEQUENCE:6"));
    }

    @ParameterizedTest
    @MethodSource("playlists")
    void findsBrokenRule(Broken playlist) {
        assertThat(PlaylistRules.broken(playlist.text())).containsExactly(playlist.rule());
    }

    @Test
    void acceptsGoodPlaylists() {
        assertThat(Stream.of(GOOD, DELTA, NEXT, ENDED, GOOD.replace("VERSION:6", "VERSION:10").replaceFirst(
                "(?s)(INDEPENDENT-SEGMENTS\n).*?3.m4s\n",
                "$1#EXT-X-SKIP:SKIPPED-SEGMENTS=1,RECENTLY-REMOVED-DATERANGES=\"\"\n")))
                .allSatisfy(text -> assertThat(PlaylistRules.broken(text)).isEmpty());
        Set<String> shown = playlists().map(Broken::rule).collect(Collectors.toCollection(LinkedHashSet::new));
        assertThat(shown).as("each rule is shown to fail").containsExactlyInAnyOrderElementsOf(PlaylistRules.names());
    }

    private static final String KEYFRAMES = """
            #EXTM3U
            #EXT-X-VERSION:5
            #EXT-X-TARGETDURATION:2
            #EXT-X-MEDIA-SEQUENCE:3
            #EXT-X-DISCONTINUITY-SEQUENCE:0
            #EXT-X-I-FRAMES-ONLY
            #EXT-X-MAP:URI="init-0.mp4"
            #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:06.000Z
            #EXTINF:2.00000,
            #EXT-X-BYTERANGE:1234@0
            3.m4s
            #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:08.000Z
            #EXT-X-GAP
            #EXTINF:2.00000,
            4.m4s
            #EXT-X-DISCONTINUITY
            #EXT-X-MAP:URI="init-1.mp4"
            #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:10.000Z
            #EXTINF:1.50000,
            #EXT-X-BYTERANGE:99@0
            5.m4s
            """;

    static Stream<Broken> iframes() {
        String ranges = "a byte range from the beginning of a file, or a gap";
        String maps = "MAP before the first segment and after each discontinuity";
        return Stream.of(Broken.of("I-FRAMES-ONLY, once, in the head", KEYFRAMES, "#EXT-X-I-FRAMES-ONLY\n", ""),
                Broken.of("version 5, which MAP with I-FRAMES-ONLY needs", KEYFRAMES, "VERSION:5", "VERSION:6"),
                Broken.of("TARGETDURATION is at least every rounded EXTINF", KEYFRAMES, "EXTINF:1.5", "EXTINF:2.5"),
                Broken.of("sequence numbers are present", KEYFRAMES, "#EXT-X-MEDIA-SEQUENCE:3\n", ""),
                Broken.of(maps, KEYFRAMES, "#EXT-X-MAP:URI=\"init-1.mp4\"\n", ""),
                Broken.of(maps, KEYFRAMES, "#EXT-X-MAP:URI=\"init-0.mp4\"\n", ""),
                Broken.of(ranges, KEYFRAMES, "#EXT-X-BYTERANGE:99@0\n", ""),
                Broken.of(ranges, KEYFRAMES, "99@0", "99@100"), Broken.of(ranges, KEYFRAMES, "99@0", "0@0"),
                Broken.of(ranges, KEYFRAMES, "00,\n4.m4s", "00,\n#EXT-X-BYTERANGE:99@0\n4.m4s"),
                Broken.of("each file once", KEYFRAMES, "\n4.m4s", "\n3.m4s"),
                Broken.of("files of segments", KEYFRAMES, "\n4.m4s", "\n4.1.m4s"),
                Broken.of("order of tags", KEYFRAMES, "#EXTINF:1.50000,\n#EXT-X-BYTERANGE:99@0\n",
                        "#EXT-X-BYTERANGE:99@0\n#EXTINF:1.50000,\n"),
                Broken.of("no parts and no low latency", KEYFRAMES, "#EXT-X-MEDIA",
                        "#EXT-X-PART-INF:PART-TARGET=0.5\n#EXT-X-MEDIA"));
    }

    @ParameterizedTest
    @MethodSource("iframes")
    void findsBrokenRuleOfKeyframes(Broken playlist) {
        assertThat(IframeRules.broken(playlist.text())).containsExactly(playlist.rule());
    }

    @Test
    void acceptsGoodPlaylistOfKeyframes() {
        assertThat(IframeRules.broken(KEYFRAMES)).isEmpty();
        assertThat(IframeRules.broken(KEYFRAMES + "#EXT-X-ENDLIST\n")).isEmpty();
        Set<String> shown = iframes().map(Broken::rule).collect(Collectors.toCollection(LinkedHashSet::new));
        assertThat(shown).as("each rule is shown to fail").containsExactlyInAnyOrderElementsOf(IframeRules.names());
    }

    /** What follows {@link #GOOD}, except for the last one, which follows the ended playlist. */
    static Stream<Broken> successors() {
        return Stream.of(Broken.of("the target duration never changes", NEXT, "DURATION:2", "DURATION:3"),
                Broken.of("server control and PART-TARGET never change", NEXT, ",HOLD-BACK=6.0", ",HOLD-BACK=7.0"),
                Broken.of("server control and PART-TARGET never change", NEXT, "TARGET=0.524", "TARGET=0.523"),
                Broken.of("the media sequence never decreases", NEXT.replace("MEDIA-SEQUENCE:3", "MEDIA-SEQUENCE:2"),
                        "#EXT-X-MAP:URI=\"init-0.mp4\"\n", "#EXT-X-MAP:URI=\"init-0.mp4\"\n" + segment(2)),
                Broken.of("discontinuities that left are counted", NEXT, "CONTINUITY-SEQUENCE:0",
                        "CONTINUITY-SEQUENCE:1"),
                Broken.of("segments do not change", NEXT, "#EXTINF:2.00000,\n5", "#EXTINF:1.99999,\n5"),
                Broken.of("parts do not change", NEXT, "0.50000,URI=\"10.1", "0.49999,URI=\"10.1"),
                Broken.of("no part disappears before its segment is complete", GOOD, partly(10, 2), partly(10, 1)),
                Broken.of("nothing follows ENDLIST", ENDED, "#EXT-X-ENDLIST", segment(10) + "#EXT-X-ENDLIST"));
    }

    @ParameterizedTest
    @MethodSource("successors")
    void findsBrokenSuccession(Broken next) {
        String before = next.rule().equals("nothing follows ENDLIST") ? ENDED : GOOD;
        assertThat(SuccessionRules.broken(before, next.text())).containsExactly(next.rule());
    }

    @Test
    void acceptsGoodSuccession() {
        assertThat(SuccessionRules.broken(GOOD, NEXT)).isEmpty();
        assertThat(SuccessionRules.broken(NEXT, ENDED)).isEmpty();
        assertThat(SuccessionRules.apply(GOOD, DELTA)).isEqualTo(GOOD);
        Set<String> shown = successors().map(Broken::rule).collect(Collectors.toCollection(LinkedHashSet::new));
        assertThat(shown).as("each rule is shown to fail")
                .containsExactlyInAnyOrderElementsOf(SuccessionRules.names());
    }
}
