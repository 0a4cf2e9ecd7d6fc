package io.millrace.edge.fanout;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Limits the memory of all {@link TagRing rings} of an edge together. When the limit is reached, the largest ring
 * discards its oldest tags: viewers that keep up with the stream lose nothing, viewers that lag skip ahead. Each ring
 * may always hold {@link #PLACE_BYTES} for each of its layouts. When the limit has no room for another
 * {@code PLACE_BYTES}, viewers that need one more stream or layout are refused.
 *
 * <p>Thread-safe, except that only the packet feed's thread opens rings, takes memory, and reserves and releases that of
 * backlogs. A tag is an FLV tag; a layout is one of the encodings of a stream's tags, for one protocol.
 */
public final class RingMemory {
    /**
     * Memory that every ring may hold regardless of the others, for each layout: two partly filled slabs, and the same
     * again for tags.
     */
    static final int PLACE_BYTES = 4 * TagSlabs.SLAB_BYTES;
    /** The slabs of a layout at the two ends of a ring, which may be partly used and are counted as a whole. */
    private static final int RING_BYTES = 2 * TagSlabs.SLAB_BYTES;
    /**
     * The records that are read to start the first viewer of a stream ({@link Backlog}) may take, in addition to the rings,
     * the limit divided by this number.
     */
    private static final int BACKFILL_SHARE = 4;

    private final long limitBytes;
    private final Set<TagRing> rings = ConcurrentHashMap.newKeySet();
    /** The memory of all rings: their encoded tags, and {@link #RING_BYTES} for each layout. */
    private final AtomicLong bytes = new AtomicLong();
    /** The memory of all {@link Backlog backlogs}, which has a limit of its own. */
    private long backfillBytes;

    /** @param limitBytes the limit of all rings together */
    public RingMemory(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    static RingMemory unlimited() {
        return new RingMemory(Long.MAX_VALUE);
    }

    /**
     * Opens a ring, which returns its memory when it is closed.
     *
     * @param coveredFrom offset in {@code packets} from which the ring will have all tags
     */
    TagRing open(long coveredFrom) {
        TagRing ring = new TagRing(coveredFrom, this);
        rings.add(ring);
        bytes.addAndGet(RING_BYTES);
        return ring;
    }

    /** Called when a ring begins to encode tags in one more layout, which takes as many slabs as another ring. */
    void opened() {
        bytes.addAndGet(RING_BYTES);
    }

    /** Called when a ring no longer encodes tags in one of its layouts, and has returned the memory of its tags. */
    void closed() {
        bytes.addAndGet(-RING_BYTES);
    }

    /** Called when a ring has been closed and has given back the memory of its tags. A second call has no effect. */
    void closed(TagRing ring, int layouts) {
        if (rings.remove(ring)) {
            bytes.addAndGet(-(long) layouts * RING_BYTES);
        }
    }

    /**
     * Returns whether there is room for the layouts that one more viewer needs. Always true for a viewer whose layout
     * its stream already has.
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

    /** Returns the memory that all rings hold now. */
    long bytes() {
        return bytes.get();
    }

    /**
     * Takes {@code more} bytes for one tag. If this exceeds the limit, tags of any ring are discarded, under the lock
     * of that ring; so the caller must not hold the lock of another.
     */
    void take(long more) {
        bytes.addAndGet(more);
        boolean forgot = true;
        while (bytes.get() > limitBytes && forgot) {
            forgot = rings.stream().max(Comparator.comparingLong(ring -> ring.bytes() / ring.layouts()))
                    .map(this::forget).orElse(false);
        }
    }

    /**
     * Discards at least a slab's worth of tags, if the ring has so many, since memory is freed in whole slabs. Returns
     * false if the ring is empty.
     */
    private boolean forget(TagRing ring) {
        return ring.forget(Math.max(bytes.get() - limitBytes, TagSlabs.SLAB_BYTES)) > 0;
    }

    /** Gives back {@code less} bytes that were taken. */
    void giveBack(long less) {
        bytes.addAndGet(-less);
    }

    /** Returns the limit of the records read for one stream, and of all backlogs together. Thread-safe. */
    long backfillLimitBytes() {
        return limitBytes / BACKFILL_SHARE;
    }

    /**
     * Reserves memory for a record in a {@link Backlog}. Returns false, and reserves nothing, if that would exceed the
     * limit of all backlogs.
     */
    boolean reserveBackfill(long more) {
        boolean fits = backfillBytes + more <= backfillLimitBytes();
        backfillBytes += fits ? more : 0;
        return fits;
    }

    /** Releases memory that was reserved with {@link #reserveBackfill}. */
    void releaseBackfill(long less) {
        backfillBytes -= less;
    }
}
