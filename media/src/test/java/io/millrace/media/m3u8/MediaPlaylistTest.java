package io.millrace.media.m3u8;

import io.millrace.media.bytes.MediaException;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** One table for writing and parsing; properties follow. */
class MediaPlaylistTest {
    private static final long TIME_MS = 1_767_225_600_007L;

    record Case(String name, String text, MediaPlaylist value) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> table() {
        return Stream.of(new Case("empty live", """
                #EXTM3U
                #EXT-X-VERSION:3
                #EXT-X-TARGETDURATION:2
                #EXT-X-MEDIA-SEQUENCE:0
                #EXT-X-DISCONTINUITY-SEQUENCE:0
                """, new MediaPlaylist(2, 0, 0, false, List.of(), false)), new Case("live window", """
                #EXTM3U
                #EXT-X-VERSION:3
                #EXT-X-TARGETDURATION:4
                #EXT-X-MEDIA-SEQUENCE:17
                #EXT-X-DISCONTINUITY-SEQUENCE:3
                #EXT-X-INDEPENDENT-SEGMENTS
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.007Z
                #EXTINF:2.00000,
                show/42/17.ts
                #EXT-X-DISCONTINUITY
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:02.007Z
                #EXTINF:2.03333,
                show/42/18.ts
                """, new MediaPlaylist(4, 17, 3, true, List.of(
                new MediaSegment("show/42/17.ts", 180_000, TIME_MS, false, false),
                new MediaSegment("show/42/18.ts", 183_000, TIME_MS + 2000, true, false)), false)),
                new Case("ended with a gap", """
                        #EXTM3U
                        #EXT-X-VERSION:3
                        #EXT-X-TARGETDURATION:1
                        #EXT-X-MEDIA-SEQUENCE:9223372036854775807
                        #EXT-X-DISCONTINUITY-SEQUENCE:0
                        #EXT-X-GAP
                        #EXTINF:0.00001,
                        a.ts
                        #EXT-X-ENDLIST
                        """, new MediaPlaylist(1, Long.MAX_VALUE, 0, false,
                        List.of(new MediaSegment("a.ts", 1, MediaSegment.NO_TIME, false, true)), true)),
                new Case("init sections", """
                        #EXTM3U
                        #EXT-X-VERSION:6
                        #EXT-X-TARGETDURATION:2
                        #EXT-X-MEDIA-SEQUENCE:7
                        #EXT-X-DISCONTINUITY-SEQUENCE:0
                        #EXT-X-MAP:URI="init-0.mp4"
                        #EXTINF:2.00000,
                        7.m4s
                        #EXTINF:2.00000,
                        8.m4s
                        #EXT-X-DISCONTINUITY
                        #EXT-X-MAP:URI="init-1.mp4"
                        #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.007Z
                        #EXTINF:2.00000,
                        9.m4s
                        """, new MediaPlaylist(2, 7, 0, false, List.of(
                        new MediaSegment("7.m4s", 180_000, MediaSegment.NO_TIME, false, false, "init-0.mp4"),
                        new MediaSegment("8.m4s", 180_000, MediaSegment.NO_TIME, false, false),
                        new MediaSegment("9.m4s", 180_000, TIME_MS, true, false, "init-1.mp4")), false)));
    }

    @ParameterizedTest
    @MethodSource("table")
    void writesText(Case row) {
        assertThat(MediaPlaylistWriter.write(row.value())).isEqualTo(row.text());
    }

    @ParameterizedTest
    @MethodSource("table")
    void parsesText(Case row) {
        assertThat(MediaPlaylistReader.read(row.text())).isEqualTo(row.value());
    }

    @ParameterizedTest
    @MethodSource("table")
    void parsesUnusualButValidLines(Case row) {
        String text = row.text().replace("\n", "\r\n").replace("#EXT-X-VERSION",
                "# a comment\r\n\r\n#EXT-X-OF-TOMORROW:X=1\r\n#EXT-X-VERSION");
        assertThat(MediaPlaylistReader.read(text)).isEqualTo(row.value());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "#EXTM3U8\n", "#EXTM3U\n", "#EXTM3U\n#EXT-X-TARGETDURATION:0\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:4294967297\n", "#EXTM3U\n#EXT-X-TARGETDURATION:-1\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\na.ts\n", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1..0,\na.ts\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:,\na.ts\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:9999999999999.0,\na.ts\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na b.ts\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:9223372036854775808\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00\n#EXTINF:1,\na\n",
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MAP:BYTERANGE=\"1@0\"\n#EXTINF:1,\na\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MAP:URI=init.mp4\n#EXTINF:1,\na\n"})
    void rejectsOtherText(String text) {
        assertThatThrownBy(() -> MediaPlaylistReader.read(text)).isInstanceOf(MediaException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "#a.ts", "a\n#EXT-X-ENDLIST", "a b"})
    void rejectsLineBreakInUri(String uri) {
        assertThatIllegalArgumentException().isThrownBy(() -> new MediaSegment(uri, 1, 0, false, false));
    }

    @Property
    void durationsRoundTrip(@ForAll @LongRange(min = 0, max = 1L << 40) long ticks) {
        MediaPlaylist playlist = new MediaPlaylist(1, 0, 0, true,
                List.of(new MediaSegment("a.ts", ticks, MediaSegment.NO_TIME, false, false)), true);
        assertThat(MediaPlaylistReader.read(MediaPlaylistWriter.write(playlist))).isEqualTo(playlist);
    }

    @Property
    void durationsAreRoundedToLastDigit(@ForAll @LongRange(min = 0, max = 1L << 40) long ticks) {
        BigDecimal printed = new BigDecimal(FixedPoint.text(ticks, 90_000, 5));
        BigDecimal error = printed.multiply(BigDecimal.valueOf(90_000)).subtract(BigDecimal.valueOf(ticks)).abs();
        assertThat(error).isLessThanOrEqualTo(new BigDecimal("0.45"));
    }

    @Property
    void anyTextIsPlaylistOrTypedError(@ForAll @StringLength(max = 200) String text) {
        try {
            assertThat(MediaPlaylistReader.read("#EXTM3U\n#EXT-X-TARGETDURATION:1\n" + text)).isNotNull();
        } catch (MediaException e) {
            assertThat(e.structure()).isNotEmpty();
        }
    }
}
