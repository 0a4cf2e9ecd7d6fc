package io.millrace.edge.view;

import io.millrace.media.m3u8.IframePlaylistWriter;
import io.millrace.media.m3u8.MediaPlaylist;
import java.util.List;

/**
 * The live playlist of the keyframes of one rendition, with the segments of its ordinary playlist. It is rendered when
 * the first viewer requests it. Immutable by convention; thread-safe.
 */
final class LiveIframes {
    private final MediaPlaylist playlist;
    private final int[] keyframeBytes;
    private final IframeRate rate;
    /** Null until needed. Several threads may compute it at the same time, with the same result. */
    private volatile RenderedText text;

    /**
     * @param playlist the ordinary playlist
     * @param listed its segments
     */
    LiveIframes(MediaPlaylist playlist, List<Segment> listed) {
        this.playlist = playlist;
        keyframeBytes = listed.stream().mapToInt(Segment::keyframeBytes).toArray();
        rate = IframeRate.of(listed);
    }

    IframeRate rate() {
        return rate;
    }

    RenderedText text() {
        RenderedText rendered = text;
        if (rendered == null) {
            rendered = RenderedText.of(IframePlaylistWriter.write(playlist, keyframeBytes));
            text = rendered;
        }
        return rendered;
    }
}
