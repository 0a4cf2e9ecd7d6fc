package io.millrace.edge.live;

import io.millrace.media.codec.AvcConfig;
import io.millrace.media.m3u8.MultivariantPlaylist;
import io.millrace.media.m3u8.MultivariantPlaylistWriter;
import io.millrace.media.m3u8.Variant;
import io.millrace.platform.log.StreamEntry;
import java.util.List;

/** The multivariant playlist of an epoch: a pure function of its directory entry and of what its playlist lists. */
public final class VariantList {
    private VariantList() {}

    /** @param view of that epoch, with something listed */
    public static RenderedText render(StreamEntry entry, EpochView view) {
        Tracks tracks = Tracks.of(entry.tracks());
        AvcConfig video = tracks.video();
        int milliHz = video == null || video.frameRateNumerator() == 0
                ? 0
                : Variant.milliHz(video.frameRateNumerator(), video.frameRateDenominator());
        var variant = new Variant(mediaUri(entry.stream(), entry.epoch()), Math.max(1, view.peakBitrate()),
                view.averageBitrate(), tracks.codecs(), video == null ? 0 : video.width(),
                video == null ? 0 : video.height(), milliHz);
        return RenderedText.of(MultivariantPlaylistWriter.write(new MultivariantPlaylist(false, List.of(variant))));
    }

    /** Relative to {@code /live/show.m3u8}. */
    static String mediaUri(String stream, long epoch) {
        return stream.substring(stream.lastIndexOf('/') + 1) + "/@" + epoch + "/ts/index.m3u8";
    }
}
