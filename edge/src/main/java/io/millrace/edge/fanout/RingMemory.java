package io.millrace.edge.fanout;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Limits the memory of all {@link TagRing rings} of an edge together. When the limit is reached, the largest ring
 * discards its oldest tags: viewers that keep up with the stream lose nothing, viewers that are behind skip. Each ring
 * may always hold {@link #PLACE_BYTES} for each of its layouts. When the limit has no room for as much again, viewers
 * of one more stream or layout are refused.
 *
 * <p>Thread-safe. Only the thread of the packet feed takes memory.
 */
public final class RingMemory {
    /**
     * Memory that every ring may hold regardless of the others, for each layout: two partly filled slabs, and the same
     * again for tags.
     */
    static final int PLACE_BYTES = 4 * TagSlabs.SLAB_BYTES;
    /** The partly filled slabs of a layout at the two ends of a ring. */
    private static final int RING_BYTES = 2 * TagSlabs.SLAB_BYTES;
    /**
     * The fraction of the limit for records read before the first viewer starts, for one stream and for all together.
     */
    private static final int BACKFILL_SHARE = 4;

    private final long limitBytes;
    private final Set<TagRing> rings = ConcurrentHashMap.newKeySet();
    private final AtomicLong bytes = new AtomicLong();
    private long backfillBytes;

    public RingMemory(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    static RingMemory unlimited() {
        return new RingMemory(Long.MAX_VALUE);
    }

    /**
     * Opens a ring.
     *
     * @param coveredFrom see {@link TagRing}
     */
    TagRing open(long coveredFrom) {
        TagRing ring = new TagRing(coveredFrom, this);
        rings.add(ring);
        bytes.addAndGet(RING_BYTES);
        return ring;
    }

    /** Called when a ring begins to encode tags in a further layout, which takes as much as a ring of its own. */
    void opened() {
        bytes.addAndGet(RING_BYTES);
    }

    /** Called when a ring has returned the memory of a further layout. */
    void closed() {
        bytes.addAndGet(-RING_BYTES);
    }

    /** Called when a ring has been closed and has returned the memory of its tags. */
    void closed(TagRing ring, int layouts) {
        if (rings.remove(ring)) {
            bytes.addAndGet(-(long) layouts * RING_BYTES);
        }
    }

    /**
     * Returns whether there is room for the layouts that one more viewer needs. A viewer that needs no further layout
     * is never refused.
     *
     * @param channels all channels of the feed
     * @param channel the channel of the viewer's stream; null if the stream has no viewers yet
     * @param layout the layout in which the viewer receives tags
     */
    boolean hasPlaces(Collection<FlvChannel> channels, FlvChannel channel, Layout layout) {
        int had = channel == null ? 0 : channel.layouts().size();
        Set<Layout> needed = channel == null ? new HashSet<>(Set.of(Layout.BASE)) : channel.layouts();
        needed.add(layout);
        return needed.size() == had || channels.stream().mapToLong(each -> each.layouts().size()).sum() + needed.size()
                - had <= limitBytes / PLACE_BYTES;
    }

    /** Returns the memory held now. */
    long bytes() {
        return bytes.get();
    }

    /** Takes memory for one tag. If the limit is exceeded, other tags are discarded. */
    void take(long more) {
        bytes.addAndGet(more);
        boolean forgot = true;
        while (bytes.get() > limitBytes && forgot) {
            forgot = rings.stream().max(Comparator.comparingLong(ring -> ring.bytes() / ring.layouts()))
                    .map(this::forget).orElse(false);
        }
    }

    /**
     * Discards at least a slab's worth of tags, since memory is freed in whole slabs; returns false if the ring is
     * empty.
     */
    private boolean forget(TagRing ring) {
        return ring.forget(Math.max(bytes.get() - limitBytes, TagSlabs.SLAB_BYTES)) > 0;
    }

    void giveBack(long less) {
        bytes.addAndGet(-less);
    }

    /** Returns how much may be read of one stream before its first viewer starts. */
    long backfillLimitBytes() {
        return limitBytes / BACKFILL_SHARE;
    }

    /**
     * Counts records that arrive before a stream's first viewer starts; returns false, counting nothing, beyond the
     * limit.
     */
    boolean tryKeep(long more) {
        boolean fits = backfillBytes + more <= backfillLimitBytes();
        backfillBytes += fits ? more : 0;
        return fits;
    }

    void keptNoMore(long less) {
        backfillBytes -= less;
    }
}
