package io.millrace.edge.view;

import io.millrace.media.flv.FlvTag;
import io.millrace.platform.directory.Withdrawals;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.past.ShownTags;
import io.millrace.platform.timeline.StreamTags;
import io.millrace.platform.timeline.TagEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Folds the records of a range of past media into tags. A range ends with its epoch at the latest: timestamps restart
 * there, and players do not follow, so a viewer has to request the next epoch separately. Pure; confined to one thread
 * at a time.
 */
public final class PastTags {
    private static final long UNKNOWN = Long.MAX_VALUE;

    /**
     * The end of a range, given relative to a keyframe near it: the last one before the end or the first one after it.
     *
     * @param offset of the keyframe's packet in {@code packets}
     * @param programDateTimeMs of the keyframe, ms since 1970
     * @param endMs end of the range, exclusive, on the same clock
     */
    public record Limit(long offset, long programDateTimeMs, long endMs) {}

    private final StreamTags tags;
    private final Limit limit;
    private final Supplier<Withdrawals> withdrawals;
    private final ShownTags shown = new ShownTags();
    /** Timestamp at which the range ends, on the epoch's FLV time line; unknown until the keyframe arrives. */
    private long limitMs = UNKNOWN;

    /**
     * @param limit null for an open range
     * @param withdrawals returns the withdrawn ranges of the stream as of now
     */
    public PastTags(StreamTags tags, Limit limit, Supplier<Withdrawals> withdrawals) {
        this.withdrawals = withdrawals;
        this.tags = tags;
        this.limit = limit;
    }

    /**
     * Folds the stream's next record, and returns the tags that it completes. The last event of a range is
     * {@link TagEvent.End}; nothing may be folded afterwards.
     *
     * @param offset of the record in {@code packets}
     */
    public List<TagEvent> fold(long offset, PacketsRecord record) {
        List<TagEvent> events = shown.of(tags.fold(offset, record), withdrawals.get(), tags.epoch(), offset);
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
