package io.millrace.media.m3u8;

import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class IframePlaylistTest {
    @Test
    void listsByteRangesOfKeyframes() {
        var playlist = new MediaPlaylist(2, 7, 0, true, List.of(
                new MediaSegment("7.m4s", 180_000, 1_767_225_600_000L, false, false, "init-0.mp4"),
                new MediaSegment("8.m4s", 90_000, 1_767_225_602_000L, false, false),
                new MediaSegment("9.m4s", 180_000, 1_767_225_603_000L, true, true, "init-1.mp4")), true);
        assertThat(IframePlaylistWriter.write(playlist, new int[]{1_234, 0, 55})).isEqualTo("""
                #EXTM3U
                #EXT-X-VERSION:5
                #EXT-X-TARGETDURATION:2
                #EXT-X-MEDIA-SEQUENCE:7
                #EXT-X-DISCONTINUITY-SEQUENCE:0
                #EXT-X-I-FRAMES-ONLY
                #EXT-X-INDEPENDENT-SEGMENTS
                #EXT-X-MAP:URI="init-0.mp4"
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z
                #EXTINF:2.00000,
                #EXT-X-BYTERANGE:1234@0
                7.m4s
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:02.000Z
                #EXT-X-GAP
                #EXTINF:1.00000,
                8.m4s
                #EXT-X-DISCONTINUITY
                #EXT-X-MAP:URI="init-1.mp4"
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:03.000Z
                #EXT-X-GAP
                #EXTINF:2.00000,
                9.m4s
                #EXT-X-ENDLIST
                """);
    }
}
