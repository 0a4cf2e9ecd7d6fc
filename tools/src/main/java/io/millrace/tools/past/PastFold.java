package io.millrace.tools.past;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.remux.BodyReader;
import io.millrace.media.remux.TrackMedia;
import io.millrace.platform.directory.Withdrawals;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.past.ShownTags;
import io.millrace.platform.timeline.StreamTags;
import io.millrace.platform.timeline.TagEvent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Places the tags of one stream, the same as an edge sends to viewers, on a single timeline across epochs. The timeline
 * begins with 0 at the first frame. Each later epoch, and the media after expired records, continues where the previous
 * media ended.
 *
 * <p>The current sequence headers precede the first frame, and a changed sequence header precedes the frames that need
 * it. Audio slightly before the first frame in time, but sent after it, has negative times. Pure; confined to one
 * thread.
 */
final class PastFold {
    /**
     * Time between the last frame of an epoch and the first frame of the next one: one frame at 25 frames per second.
     */
    private static final int SEAM_MS = 40;
    /** Upper bound on the assumed duration of a video frame. */
    private static final int LONGEST_FRAME_MS = 1_000;

    private final Map<TrackId, ByteBuffer> headers = new HashMap<>();
    private final Withdrawals withdrawals;
    private final ShownTags shown = new ShownTags();
    private StreamTags tags;
    private long epoch;
    /** Whether {@link #shiftMs} is set: a frame has been placed since the epoch began, or since the last gap. */
    private boolean placed;
    /** Whether any frame has been placed. */
    private boolean started;
    /** Time on the timeline minus the tag's own timestamp. */
    private int shiftMs;
    /** Greatest time on the timeline so far. */
    private int lastMs;
    /**
     * Of the video: the greatest presentation time so far on the timeline. {@link #pictureMs} is the decoding time of
     * the newest frame, {@link #frameMs} the duration of a frame.
     */
    private int shownMs = Integer.MIN_VALUE;
    private int pictureMs = Integer.MIN_VALUE;
    private int frameMs = SEAM_MS;

    /** Creates a fold of a stream of which nothing is withdrawn. */
    PastFold(StreamTags tags) {
        this(tags, Withdrawals.NONE);
    }

    /** @param withdrawals the omitted ranges; the frames after one follow those before it, as if the stream had been away */
    PastFold(StreamTags tags, Withdrawals withdrawals) {
        this.withdrawals = withdrawals;
        moveTo(tags);
    }

    /** Continues with {@code later}, because the records before its start are no longer retained. */
    void moveTo(StreamTags later) {
        tags = later;
        epoch = later.epoch();
        placed = false;
    }

    /** Folds the next record of the stream, and returns the resulting tags in the order in which they must be sent. */
    List<TagEvent> fold(long offset, PacketsRecord record) {
        List<TagEvent> all = tags.fold(offset, record);
        List<TagEvent> events = shown.of(all, withdrawals, tags.epoch(), offset);
        if (tags.epoch() != epoch || events.size() < all.size()) {
            epoch = tags.epoch();
            placed = false;
        }
        List<TagEvent> out = new ArrayList<>(3);
        events.forEach(event -> place(event, out));
        return out;
    }

    private void place(TagEvent event, List<TagEvent> out) {
        switch (event) {
            case TagEvent.Config config -> {
                // All headers are sent together before the first frame.
                if (placed) {
                    header(config, config.tag().timestampMs() + shiftMs, out);
                }
            }
            case TagEvent.Frame frame -> frame(frame, out);
            case TagEvent.End(TagEvent.Reason reason) when reason == TagEvent.Reason.EPOCH_OVER -> {
                // The next epoch continues on the same timeline.
            }
            case TagEvent.End end -> out.add(end);
        }
    }

    private void frame(TagEvent.Frame frame, List<TagEvent> out) {
        int timeMs = frame.tag().timestampMs();
        if (!placed) {
            placed = true;
            shiftMs = (started ? lastMs + SEAM_MS : 0) - timeMs;
            started = true;
            tags.configs().forEach(header -> header(header, timeMs + shiftMs, out));
        }
        if (frame.tag().type() == FlvTag.Type.VIDEO && frame.leads()) {
            picture(frame, timeMs);
        }
        lastMs = Math.max(lastMs, timeMs + shiftMs);
        out.add(new TagEvent.Frame(at(timeMs + shiftMs, frame.tag()), frame.entry(), frame.leads(), frame.track()));
    }

    /**
     * Places a video frame. If an encoder was killed, the newest frames may have presentation times after those of
     * frames that were never received. The following media, including audio, is then shifted to begin after the newest
     * of these frames.
     */
    private void picture(TagEvent.Frame frame, int timeMs) {
        int compositionMs = compositionMs(frame.tag());
        int dueMs = timeMs + shiftMs + compositionMs;
        if (frame.entry() && shownMs != Integer.MIN_VALUE && dueMs <= shownMs) {
            shiftMs += shownMs + frameMs - dueMs;
            dueMs = timeMs + shiftMs + compositionMs;
        } else if (pictureMs != Integer.MIN_VALUE && timeMs + shiftMs > pictureMs) {
            frameMs = Math.min(timeMs + shiftMs - pictureMs, LONGEST_FRAME_MS);
        }
        pictureMs = timeMs + shiftMs;
        shownMs = Math.max(shownMs, dueMs);
    }

    private static int compositionMs(FlvTag tag) {
        try {
            return BodyReader.tag(tag) instanceof TrackMedia.AccessUnit unit ? unit.compositionMs() : 0;
        } catch (MediaException _) {
            // FLV output copies the frame unchanged; other outputs reject it when they parse it.
            return 0;
        }
    }

    private void header(TagEvent.Config config, int timeMs, List<TagEvent> out) {
        FlvTag tag = config.tag();
        var track = new TrackId(tag.type() == FlvTag.Type.VIDEO ? Packet.Kind.VIDEO : Packet.Kind.AUDIO,
                config.track());
        if (!tag.body().equals(headers.put(track, tag.body()))) {
            out.add(new TagEvent.Config(at(timeMs, tag), config.track()));
        }
    }

    private static FlvTag at(int timeMs, FlvTag tag) {
        return new FlvTag(tag.type(), timeMs, tag.body());
    }

    /** Returns whether the newest epoch has ended, so that no media follows unless another epoch begins. */
    boolean isOver() {
        return tags.isOver();
    }
}
