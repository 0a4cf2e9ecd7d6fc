package io.millrace.edge.fanout;

import io.millrace.edge.view.Selection;
import io.millrace.media.flv.FlvTag;
import java.util.List;

/**
 * Holds the newest tags of one stream. Tags are numbered from 0 in the order of their addition; the number is the tag's
 * index. Each tag is encoded in every {@link Layout} that has a viewer, in slabs of memory that tags share by reference
 * counts ({@link TagSlabs}). Viewers on all event loops read the ring, each from its own index.
 *
 * <p>Retains the tags of the last {@link #KEPT_NANOS}, or fewer if they exceed {@link #KEPT_BYTES}, and the whole
 * latest GOP unless it exceeds {@link #GOP_LIMIT_MS} or {@link #GOP_LIMIT_BYTES}, so that a new viewer starts
 * immediately. Any tag may be discarded earlier if all rings together exceed their {@link RingMemory}. A viewer whose next
 * tag was discarded skips ahead.
 *
 * <p>Thread-safe: the thread of the packet feed adds and discards, event loops read. The lock is held only for
 * bookkeeping, never while media is copied or sent.
 */
final class TagRing {
    /** Tags that were published longer ago may be discarded. */
    static final long KEPT_NANOS = 5_000_000_000L;
    /** Limit of the retained tags; like {@link #GOP_LIMIT_BYTES}, it applies to the base layout. */
    static final long KEPT_BYTES = 16L * 1024 * 1024;
    /** A longer GOP is not retained as a whole: a new viewer waits for the next keyframe. */
    static final int GOP_LIMIT_MS = 30_000;
    /** The same for a larger GOP. */
    static final long GOP_LIMIT_BYTES = 32L * 1024 * 1024;
    /** No index. */
    static final long NONE = -1;

    /**
     * A tag at which a viewer can begin.
     *
     * @param timestampMs on the epoch's FLV time line
     * @param headers the sequence headers in force there
     */
    record Entry(long index, int timestampMs, List<FlvTag> headers) {}

    /** Circular: the tag with an index is at {@link #slot}. The length is a power of two. */
    private SharedTag[] tags = new SharedTag[64];
    /** Index of the oldest tag in the ring. */
    private long first;
    /** Index of the next tag. Written under the lock, but also read without it. */
    private volatile long head;
    /** The memory of all encodings. */
    private long bytes;
    /** The memory of the base encodings, to which the limits apply. */
    private long baseBytes;
    /** Number of layouts, including the base layout, which every ring has. */
    private int layouts = 1;
    /** Index of the latest tag where decoding of all tracks may begin; {@link #NONE} if it is not in the ring. */
    private long entry = NONE;
    /** The base memory of the tags from {@link #entry} on. */
    private long entryBytes;
    /** Index of the latest audio frame; it may have been discarded. */
    private long soundEntry = NONE;
    /** The ring has every tag whose record has this offset in {@code packets} or a later one. */
    private long coveredFrom;
    private final RingMemory memory;
    private boolean closed;

    /**
     * @param coveredFrom offset in {@code packets}; every tag of the stream from there on will be added here
     * @param memory the limit against which tags are counted
     */
    TagRing(long coveredFrom, RingMemory memory) {
        this.coveredFrom = coveredFrom;
        this.memory = memory;
    }

    /** Adds the next tag; takes ownership of its references to slabs. */
    void add(SharedTag tag) {
        // Without holding this ring's lock, because this may discard tags of another ring.
        memory.take(tag.costBytes());
        put(tag);
    }

    private synchronized void put(SharedTag tag) {
        if (closed) {
            tag.release();
            memory.giveBack(tag.costBytes());
            return;
        }
        if (head - first == tags.length) {
            grow();
        }
        if (tag.entry()) {
            entry = head;
            entryBytes = 0;
        }
        if (tag.soundEntry()) {
            soundEntry = head;
        }
        tags[slot(head)] = tag;
        bytes += tag.costBytes();
        baseBytes += baseBytes(tag);
        entryBytes += baseBytes(tag);
        head++;
        discardOld(tag);
    }

    private void discardOld(SharedTag newest) {
        if (entry != NONE && (entryBytes > GOP_LIMIT_BYTES
                || newest.timestampMs() - tags[slot(entry)].timestampMs() > GOP_LIMIT_MS)) {
            entry = NONE;
        }
        while (first != entry && first < head - 1) {
            boolean old = newest.origin().publishedNanos() - tags[slot(first)].origin().publishedNanos() > KEPT_NANOS;
            if (!old && baseBytes <= KEPT_BYTES) {
                return;
            }
            drop();
        }
    }

    private void drop() {
        SharedTag oldest = tags[slot(first)];
        tags[slot(first)] = null;
        first++;
        if (entry < first) {
            entry = NONE;
        }
        bytes -= oldest.costBytes();
        baseBytes -= baseBytes(oldest);
        memory.giveBack(oldest.costBytes());
        coveredFrom = oldest.origin().offset() + 1;
        oldest.release();
    }

    private static int baseBytes(SharedTag tag) {
        EncodedTag base = tag.in(Layout.BASE);
        return base == null ? 0 : base.costBytes();
    }

    /**
     * Registers one more layout. Returns the lowest index at which its viewers may begin: the caller must encode the
     * tags from there on in the layout, and add the encodings with {@link #add(long, Layout, EncodedTag)}.
     */
    synchronized long open() {
        layouts++;
        memory.opened();
        long from = head;
        for (long index : new long[]{entry, soundEntry}) {
            from = index < first ? from : Math.min(from, index);
        }
        return from;
    }

    /** Adds a further encoding of a tag; takes ownership of its reference, even if the tag was discarded meanwhile. */
    void add(long index, Layout layout, EncodedTag encoded) {
        memory.take(encoded.costBytes());
        put(index, layout, encoded);
    }

    private synchronized void put(long index, Layout layout, EncodedTag encoded) {
        if (index < first) {
            encoded.slab().release();
            memory.giveBack(encoded.costBytes());
        } else {
            tags[slot(index)] = tags[slot(index)].with(layout, encoded);
            bytes += encoded.costBytes();
        }
    }

    /** Removes a layout that no viewer uses any more, and releases its encodings. */
    synchronized void close(Layout layout) {
        for (long index = first; index < head; index++) {
            SharedTag tag = tags[slot(index)];
            EncodedTag encoded = tag.in(layout);
            if (encoded != null) {
                tags[slot(index)] = tag.without(layout);
                bytes -= encoded.costBytes();
                memory.giveBack(encoded.costBytes());
                encoded.slab().release();
            }
        }
        layouts--;
        memory.closed();
    }

    /** Returns the number of layouts in which tags are encoded. */
    synchronized int layouts() {
        return layouts;
    }

    private void grow() {
        SharedTag[] larger = new SharedTag[tags.length * 2];
        for (long i = first; i < head; i++) {
            larger[(int) (i & larger.length - 1)] = tags[slot(i)];
        }
        tags = larger;
    }

    private int slot(long index) {
        return (int) (index & tags.length - 1);
    }

    /** Returns the memory of all encodings. */
    synchronized long bytes() {
        return bytes;
    }

    /** Discards the oldest tags until {@code wantedBytes} are free or the ring is empty; returns the freed bytes. */
    synchronized long forget(long wantedBytes) {
        long before = bytes;
        while (first < head && before - bytes < wantedBytes) {
            drop();
        }
        return before - bytes;
    }

    /** Returns the index of the next tag. */
    long head() {
        return head;
    }

    /** Returns the latest tag where decoding of the selection may begin; null if there is none in the ring. */
    synchronized Entry entry(Selection selection) {
        long index = selection == Selection.AUDIO ? soundEntry : entry;
        if (index < first) {
            return null;
        }
        SharedTag tag = tags[slot(index)];
        return new Entry(index, tag.timestampMs(), tag.headers());
    }

    /** Returns a tag; null if it was discarded or has not arrived. */
    synchronized SharedTag at(long index) {
        return index < first || index >= head ? null : tags[slot(index)];
    }

    /**
     * Returns the index of the first tag whose record has this offset in {@code packets} or a later one: that of the
     * next tag if there is none yet, {@link #NONE} if the ring may lack tags from this offset on.
     */
    synchronized long indexOf(long offset) {
        if (offset < coveredFrom || closed) {
            return NONE;
        }
        long index = head;
        while (index > first && tags[slot(index - 1)].origin().offset() >= offset) {
            index--;
        }
        return index;
    }

    /**
     * Returns the selected tags from {@code from} (inclusive) to {@code to} (exclusive, at most {@link #head}) as a
     * run, which the caller must close; null if the tag at {@code from} was discarded.
     *
     * @param limitBytes size without framing at which the run ends; the last tag may exceed it
     */
    synchronized TagRun take(long from, long to, int limitBytes, Framing framing, Selection selection) {
        if (from < first) {
            return null;
        }
        var run = new TagRun.Builder(framing, selection);
        long index = from;
        while (index < to && run.mediaBytes() < limitBytes) {
            run.add(tags[slot(index)]);
            index++;
        }
        return run.build(index);
    }

    /** Releases all tags; nothing can be read afterwards, and tags added later are discarded. */
    synchronized void close() {
        closed = true;
        entry = NONE;
        soundEntry = NONE;
        while (first < head) {
            drop();
        }
        memory.closed(this, layouts);
    }
}
