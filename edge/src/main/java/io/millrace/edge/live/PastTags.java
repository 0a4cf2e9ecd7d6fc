package io.millrace.edge.live;

import io.millrace.media.flv.FlvTag;
import io.millrace.platform.log.PacketsRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * The tags of a range of the past. It ends with its epoch: timestamps begin anew there, and players do not follow; whoever
 * wants more asks for what comes then. Pure; confined to one thread at a time.
 */
public final class PastTags {
    private static final long UNKNOWN = Long.MAX_VALUE;

    /**
     * Where a range ends.
     *
     * @param offset of the packet of a keyframe, the last one before the end or the first one after it
     * @param programDateTimeMs of that keyframe
     * @param endMs of the range, on the same clock
     */
    public record Limit(long offset, long programDateTimeMs, long endMs) {}

    private final EpochTags tags;
    private final Limit limit;
    private long limitMs = UNKNOWN;

    /** @param limit null for a range without an end */
    public PastTags(EpochTags tags, Limit limit) {
        this.tags = tags;
        this.limit = limit;
    }

    /** The stream's next record. The last event of a range is its end. */
    public List<FlvEvent> fold(long offset, PacketsRecord record) {
        List<FlvEvent> events = tags.fold(offset, record);
        if (limit == null || events.isEmpty()) {
            return events;
        }
        List<FlvEvent> before = new ArrayList<>(events.size());
        for (FlvEvent event : events) {
            if (event instanceof FlvEvent.Media media) {
                findLimit(offset, media);
                if (media.tag().timestampMs() < limitMs) {
                    before.add(event);
                } else if (media.leads()) {
                    before.add(new FlvEvent.End("range_over"));
                    return before;
                }
            } else {
                before.add(event);
            }
        }
        return before;
    }

    private void findLimit(long offset, FlvEvent.Media media) {
        if (limitMs == UNKNOWN && media.leads() && offset >= limit.offset()) {
            limitMs = media.tag().timestampMs() + limit.endMs() - limit.programDateTimeMs();
        }
    }

    /** Whether the publisher is there. */
    public boolean isLive() {
        return tags.isLive();
    }

    /** See {@link EpochTags#skip}. */
    public void skip() {
        tags.skip();
    }

    /** See {@link FlvFold#headers}. */
    public List<FlvTag> headers() {
        return tags.headers();
    }
}
