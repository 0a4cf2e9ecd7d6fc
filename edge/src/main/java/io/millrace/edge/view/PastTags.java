package io.millrace.edge.view;

import io.millrace.media.flv.FlvTag;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.timeline.StreamTags;
import io.millrace.platform.timeline.TagEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * The tags of a range of the past. A range ends with its epoch: timestamps restart there, and players do not follow;
 * viewers request what comes next separately. Pure; confined to one thread at a time.
 */
public final class PastTags {
    private static final long UNKNOWN = Long.MAX_VALUE;

    /**
     * The end of a range.
     *
     * @param offset of the packet of a keyframe, the last one before the end or the first one after it
     * @param programDateTimeMs of that keyframe
     * @param endMs end of the range, on the same clock
     */
    public record Limit(long offset, long programDateTimeMs, long endMs) {}

    private final StreamTags tags;
    private final Limit limit;
    private long limitMs = UNKNOWN;

    /** @param limit null for an open range */
    public PastTags(StreamTags tags, Limit limit) {
        this.tags = tags;
        this.limit = limit;
    }

    /** Folds the stream's next record. The last event of a range is its end. */
    public List<TagEvent> fold(long offset, PacketsRecord record) {
        List<TagEvent> events = tags.fold(offset, record);
        if (limit == null || events.isEmpty()) {
            return events;
        }
        List<TagEvent> before = new ArrayList<>(events.size());
        for (TagEvent event : events) {
            if (event instanceof TagEvent.Media media) {
                findLimit(offset, media);
                if (media.tag().timestampMs() < limitMs) {
                    before.add(event);
                } else if (media.leads()) {
                    before.add(new TagEvent.End(TagEvent.Reason.RANGE_OVER));
                    return before;
                }
            } else {
                before.add(event);
            }
        }
        return before;
    }

    private void findLimit(long offset, TagEvent.Media media) {
        if (limitMs == UNKNOWN && media.leads() && offset >= limit.offset()) {
            limitMs = media.tag().timestampMs() + limit.endMs() - limit.programDateTimeMs();
        }
    }

    /** Returns whether the publisher is connected. */
    public boolean isLive() {
        return tags.isLive();
    }

    /** See {@link StreamTags#headers}. */
    public List<FlvTag> headers() {
        return tags.headers();
    }
}
