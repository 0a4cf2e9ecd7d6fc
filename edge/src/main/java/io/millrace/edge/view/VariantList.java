package io.millrace.edge.view;

import io.millrace.media.codec.VideoConfig;
import io.millrace.media.m3u8.MultivariantPlaylist;
import io.millrace.media.m3u8.MultivariantPlaylistWriter;
import io.millrace.media.m3u8.Variant;
import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.timeline.Tracks;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** The multivariant playlist of an epoch: a pure function of its directory entry and of its media playlist. */
public final class VariantList {
    private VariantList() {}

    /**
     * Renders the multivariant playlist of a live epoch.
     *
     * @param view a view of that epoch that lists at least one segment
     */
    public static RenderedText render(StreamEntry entry, EpochView view) {
        return render(mediaUri(entry.stream(), entry.name(), entry.name()), inHls(List.of(entry)),
                view.peakBitrate(), view.averageBitrate());
    }

    /**
     * Returns, for each epoch whose tracks are known, those tracks that HLS can carry. Epochs of which it can carry
     * nothing are left out, unless all are such epochs.
     */
    public static List<Tracks> inHls(List<StreamEntry> epochs) {
        List<Tracks> known = epochs.stream().filter(epoch -> !epoch.session().tracks().isEmpty())
                .map(epoch -> Tracks.of(epoch.session().tracks()).in(Format.TS, epoch.rules())).toList();
        List<Tracks> some = known.stream().filter(tracks -> !tracks.isEmpty()).toList();
        return some.isEmpty() ? known : some;
    }

    /**
     * Renders the multivariant playlist of a range of past media.
     *
     * @param tracks the tracks of the range's epochs, oldest first, at least one; RESOLUTION and FRAME-RATE are those
     *     of the first, CODECS lists those of all
     */
    public static RenderedText render(PastRange range, List<Tracks> tracks, long peakBitrate,
            long averageBitrate) {
        var query = new StringBuilder();
        if (range.isDelayed()) {
            query.append("?delay=").append(range.delayMs() / 1_000).append('s');
        }
        if (range.startMs() != PastRange.BEGINNING) {
            query.append("?start=").append(time(range.startMs()));
        }
        if (!range.isOpen()) {
            query.append(query.isEmpty() ? '?' : '&').append("end=").append(time(range.endMs()));
        }
        return render(mediaUri(range.stream(), range.first(), range.last()) + query, tracks, peakBitrate,
                averageBitrate);
    }

    private static RenderedText render(String uri, List<Tracks> tracks, long peakBitrate, long averageBitrate) {
        VideoConfig video = tracks.getFirst().video();
        int milliHz = video == null ? 0 : video.frameRate().milliHz();
        List<String> codecs = tracks.stream().flatMap(some -> some.codecs().stream()).distinct().toList();
        var variant = new Variant(uri, Math.max(1, peakBitrate), averageBitrate, codecs,
                video == null ? 0 : video.width(), video == null ? 0 : video.height(), milliHz);
        return RenderedText.of(MultivariantPlaylistWriter.write(new MultivariantPlaylist(false, List.of(variant))));
    }

    /** Returns the time in RFC 3339, in UTC with milliseconds. */
    private static String time(long epochMs) {
        return DateTimeFormatter.ISO_INSTANT.format(Instant.ofEpochMilli(epochMs));
    }

    /** Returns the media playlist's URI, relative to {@code /live/show.m3u8}. */
    static String mediaUri(String stream, EpochName first, EpochName last) {
        String epochs = first.equals(last) ? first.toString() : first + "-" + last;
        return stream.substring(stream.lastIndexOf('/') + 1) + "/@" + epochs + "/ts/index.m3u8";
    }
}
