package io.millrace.media.m3u8;

import io.millrace.media.m3u8.PartsPlaylist.Skip;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The text of playlists with parts: segments of 2 s, parts of 0.5 s, a window of {@code WINDOW_S}. */
class PartsPlaylistTest {
    private static final long SECOND = 90_000;
    private static final int WINDOW_S = 30;
    private static final ServerControl CONTROL = ServerControl.of(2 * SECOND, SECOND / 2, WINDOW_S * SECOND);

    private static MediaPart part(long segment, int part) {
        return new MediaPart(segment + "." + part + ".m4s", SECOND / 2, part == 0, false);
    }

    private static MediaPlaylist media(long first, long last, boolean ended) {
        List<MediaSegment> segments = new ArrayList<>();
        for (long number = first; number <= last; number++) {
            segments.add(new MediaSegment(number + ".m4s", 2 * SECOND, 2_000 * number, false, false,
                    number == first ? "init-0.mp4" : null));
        }
        return new MediaPlaylist(2, first, 0, true, segments, ended);
    }

    private static PartsPlaylist playlist(MediaPlaylist media, PartsPlaylist.Open open) {
        return new PartsPlaylist(media, CONTROL, Collections.nCopies(media.segments().size(), List.of()), open,
                media.ended() ? null : "9.9.m4s", List.of(new RenditionReport("../audio0/index.m3u8", 9, 8)));
    }

    @Test
    void writesOpenSegmentHintAndReports() {
        var open = new PartsPlaylist.Open(true, "init-1.mp4", 8_000, List.of(),
                List.of(part(4, 0), new MediaPart("4.1.m4s", 0, false, true)));
        var playlist = new PartsPlaylist(media(3, 3, false), CONTROL, List.of(List.of(part(3, 0), part(3, 1))), open,
                "4.2.m4s", List.of(new RenditionReport("../audio0/index.m3u8", 4, 1)));
        assertThat(PartsPlaylistWriter.write(playlist, Skip.SEGMENTS)).isEqualTo(
                """
                        #EXTM3U
                        #EXT-X-VERSION:6
                        #EXT-X-TARGETDURATION:2
                        #EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12.00000,HOLD-BACK=6.00000,\
                        PART-HOLD-BACK=1.50000
                        #EXT-X-PART-INF:PART-TARGET=0.50000
                        #EXT-X-MEDIA-SEQUENCE:3
                        #EXT-X-DISCONTINUITY-SEQUENCE:0
                        #EXT-X-INDEPENDENT-SEGMENTS
                        #EXT-X-MAP:URI="init-0.mp4"
                        #EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:06.000Z
                        #EXT-X-PART:DURATION=0.50000,URI="3.0.m4s",INDEPENDENT=YES
                        #EXT-X-PART:DURATION=0.50000,URI="3.1.m4s"
                        #EXTINF:2.00000,
                        3.m4s
                        #EXT-X-DISCONTINUITY
                        #EXT-X-MAP:URI="init-1.mp4"
                        #EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:08.000Z
                        #EXT-X-PART:DURATION=0.50000,URI="4.0.m4s",INDEPENDENT=YES
                        #EXT-X-PART:DURATION=0.00000,URI="4.1.m4s",GAP=YES
                        #EXT-X-PRELOAD-HINT:TYPE=PART,URI="4.2.m4s"
                        #EXT-X-RENDITION-REPORT:URI="../audio0/index.m3u8",LAST-MSN=4,LAST-PART=1
                        """);
    }

    @Test
    void skipsWhatEndsBeforeBoundary() {
        assertThat(playlist(media(0, 5, false), null).skippable()).as("12 s").isZero();
        assertThat(playlist(media(0, 6, false), null).skippable()).isEqualTo(1);
        var open = new PartsPlaylist.Open(false, null, 0, List.of(), Collections.nCopies(4, part(7, 0)));
        assertThat(playlist(media(0, 6, false), open).skippable()).as("the open segment counts").isEqualTo(2);
        assertThat(playlist(media(0, 9, true), null).skippable()).as("ended").isZero();
        String delta = PartsPlaylistWriter.write(playlist(media(3, 9, false), null), Skip.SEGMENTS);
        assertThat(delta).contains("#EXT-X-VERSION:9\n", "#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n#EXT-X-PROGRAM-DATE-TIME",
                "#EXT-X-MEDIA-SEQUENCE:3\n", "\n4.m4s\n").doesNotContain("\n3.m4s", "MAP");
    }

    @Test
    void offersDeltasOnlyInLongWindows() {
        assertThat(ServerControl.of(2 * SECOND, SECOND, 12 * SECOND).skipUntilTicks()).isZero();
        assertThat(ServerControl.of(2 * SECOND, SECOND, 12 * SECOND + 1).skipUntilTicks()).isEqualTo(12 * SECOND);
    }

    @Test
    void rejectsWhatCannotBeWritten() {
        assertThatThrownBy(() -> new MediaPart("a b", 1, true, false)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MediaPart("a", -1, true, false)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RenditionReport("#", 1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ServerControl.of(SECOND, 0, SECOND)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PartsPlaylist(media(0, 1, false), CONTROL, List.of(), null, null, List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
