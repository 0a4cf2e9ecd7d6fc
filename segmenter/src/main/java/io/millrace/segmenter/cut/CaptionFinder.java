package io.millrace.segmenter.cut;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.codec.Captions;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.remux.TrackMedia;
import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.TrackId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The captions in the video tracks of an epoch: the union of the channels in all frames so far, in all sessions. Every
 * frame is searched up to its first slice. Confined to one thread.
 */
final class CaptionFinder {
    /** Sets of channels as in {@link Captions#channels}; no set is empty. */
    private final Map<TrackId, Long> channels = new TreeMap<>();

    /** Searches a frame. One that cannot be parsed has no captions. */
    void search(TrackId track, TrackConfig config, TrackMedia.AccessUnit unit) {
        if (config.config() instanceof VideoConfig video && video.codec() == unit.codec()) {
            try {
                long found = Captions.channels(unit.data(), video);
                if (found != 0) {
                    channels.merge(track, found, (before, more) -> before | more);
                }
            } catch (MediaException _) {
                // Muxers reject the frame, if they must.
            }
        }
    }

    /** Returns the names of the channels in a track. */
    List<String> names(TrackId track) {
        return Captions.names(channels.getOrDefault(track, 0L));
    }

    Generic write(Generic cutter) {
        return cutter.list("captions", List.copyOf(channels.entrySet()), (each, g) -> TrackLabel
                .writeTrack(each.getKey(), g).put("channels", each.getValue()));
    }

    static CaptionFinder read(Generic cutter) {
        CaptionFinder captions = new CaptionFinder();
        cutter.list("captions",
                g -> captions.channels.put(TrackLabel.readTrack(g, "id"), g.int64("channels")));
        return captions;
    }
}
