package io.millrace.media.m3u8;

import io.millrace.media.bytes.MediaException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MultivariantPlaylistTest {
    record Case(String name, String text, MultivariantPlaylist value) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> table() {
        return Stream.of(new Case("audio and video", """
                #EXTM3U
                #EXT-X-VERSION:3
                #EXT-X-INDEPENDENT-SEGMENTS
                #EXT-X-STREAM-INF:BANDWIDTH=2800000,AVERAGE-BANDWIDTH=2500000,CODECS="avc1.64001f,mp4a.40.2",\
                RESOLUTION=1280x720,FRAME-RATE=29.970,CLOSED-CAPTIONS=NONE
                show/17/ts.m3u8
                """, new MultivariantPlaylist(true, List.of(new Variant("show/17/ts.m3u8", 2_800_000, 2_500_000,
                List.of("avc1.64001f", "mp4a.40.2"), 1280, 720, 29_970)))),
                new Case("audio alone, then nothing known", """
                        #EXTM3U
                        #EXT-X-VERSION:3
                        #EXT-X-STREAM-INF:BANDWIDTH=128000,CODECS="mp4a.40.2",CLOSED-CAPTIONS=NONE
                        a.m3u8
                        #EXT-X-STREAM-INF:BANDWIDTH=1,CLOSED-CAPTIONS=NONE
                        b.m3u8
                        """, new MultivariantPlaylist(false, List.of(
                        new Variant("a.m3u8", 128_000, 0, List.of("mp4a.40.2"), 0, 0, 0),
                        new Variant("b.m3u8", 1, 0, List.of(), 0, 0, 0)))),
                new Case("audio in two languages", """
                        #EXTM3U
                        #EXT-X-VERSION:3
                        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="English",LANGUAGE="en",DEFAULT=YES,\
                        AUTOSELECT=YES,CHANNELS="2",URI="en.m3u8"
                        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="Commentary",DEFAULT=NO,AUTOSELECT=YES,URI="c.m3u8"
                        #EXT-X-STREAM-INF:BANDWIDTH=9,CODECS="hvc1.2.4.L153.B0,mp4a.40.2",RESOLUTION=3840x2160,\
                        VIDEO-RANGE=PQ,AUDIO="aac",CLOSED-CAPTIONS=NONE
                        v.m3u8
                        """, new MultivariantPlaylist(false, List.of(
                        new AudioRendition("aac", "English", "en", true, 2, "en.m3u8"),
                        new AudioRendition("aac", "Commentary", null, false, 0, "c.m3u8")),
                        List.of(new Variant("v.m3u8", 9, 0, List.of("hvc1.2.4.L153.B0", "mp4a.40.2"), 3840, 2160, 0,
                                Variant.VideoRange.PQ, "aac")))),
                new Case("captions and keyframes", """
                        #EXTM3U
                        #EXT-X-VERSION:3
                        #EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="cc",NAME="CC1",LANGUAGE="en",DEFAULT=YES,\
                        AUTOSELECT=YES,INSTREAM-ID="CC1"
                        #EXT-X-STREAM-INF:BANDWIDTH=9,CODECS="avc1.64001f",CLOSED-CAPTIONS="cc"
                        v.m3u8
                        #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=4,AVERAGE-BANDWIDTH=3,CODECS="avc1.64001f",\
                        RESOLUTION=640x360,VIDEO-RANGE=HLG,URI="iframes.m3u8"
                        """, new MultivariantPlaylist(false, List.of(),
                        List.of(new ClosedCaptions("cc", "CC1", "en", "CC1", true)),
                        List.of(new Variant("v.m3u8", 9, 0, List.of("avc1.64001f"), 0, 0, 0, null, null, "cc")),
                        List.of(new IframeVariant("iframes.m3u8", 4, 3, List.of("avc1.64001f"), 640, 360,
                                Variant.VideoRange.HLG)))));
    }

    /** RFC 8216, 7. */
    @Test
    void servicesOfCea708NeedVersion7() {
        var playlist = new MultivariantPlaylist(false, List.of(),
                List.of(new ClosedCaptions("cc", "CC1", null, "CC1", true),
                        new ClosedCaptions("cc", "Service 1", null, "SERVICE1", false)),
                List.of(new Variant("a", 1, 0, List.of(), 0, 0, 0, null, null, "cc")), List.of());
        assertThat(MultivariantPlaylistWriter.write(playlist, true)).startsWith("#EXTM3U\n#EXT-X-VERSION:7\n");
    }

    @ParameterizedTest
    @MethodSource("table")
    void writesText(Case row) {
        assertThat(MultivariantPlaylistWriter.write(row.value(), false)).isEqualTo(row.text());
    }

    @ParameterizedTest
    @MethodSource("table")
    void parsesText(Case row) {
        assertThat(MultivariantPlaylistReader.read(row.text())).isEqualTo(row.value());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "#EXTM3U\na.m3u8\n", "#EXTM3U\n#EXT-X-STREAM-INF:\na\n",
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,\na\n", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,BANDWIDTH=1\na\n",
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=-1\na\n", "#EXTM3U\n#EXT-X-STREAM-INF:CODECS=\"a\na\n",
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=5\na\n",
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,FRAME-RATE=x\na\n",
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1 2\na\n",
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"a\"\na\n",
        "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",URI=\"a\"\n",
        "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,NAME=\"a\",URI=\"a\"\n",
        "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,NAME=\"a\",GROUP-ID=\"a\",CHANNELS=\"128\",URI=\"a\"\n",
        "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,NAME=\"a\",GROUP-ID=\"a\",URI=\"\"\n",
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,CLOSED-CAPTIONS=\"cc\"\na\n",
        "#EXTM3U\n#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,NAME=\"a\",GROUP-ID=\"a\",INSTREAM-ID=\"CC5\"\n",
        "#EXTM3U\n#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1\n"})
    void rejectsOtherText(String text) {
        assertThatThrownBy(() -> MultivariantPlaylistReader.read(text)).isInstanceOf(MediaException.class);
    }

    /** Players that do not support EXT-X-MAP stop at the multivariant playlist. */
    @Test
    void hasVersionOfItsMediaPlaylists() {
        var playlist = new MultivariantPlaylist(false, List.of(new Variant("a", 1, 0, List.of(), 0, 0, 0)));
        assertThat(MultivariantPlaylistWriter.write(playlist, true)).startsWith("#EXTM3U\n#EXT-X-VERSION:6\n");
    }

    @Test
    void rejectsUnknownAudioGroup() {
        var variant = new Variant("a", 1, 0, List.of(), 0, 0, 0, null, "aac");
        assertThatIllegalArgumentException().isThrownBy(() -> new MultivariantPlaylist(false, List.of(variant)));
    }

    @Test
    void rejectsQuoteInCodecs() {
        MultivariantPlaylist playlist = new MultivariantPlaylist(false,
                List.of(new Variant("a", 1, 0, List.of("x\",Y=\"z"), 0, 0, 0)));
        assertThatIllegalArgumentException().isThrownBy(() -> MultivariantPlaylistWriter.write(playlist, false));
    }
}
