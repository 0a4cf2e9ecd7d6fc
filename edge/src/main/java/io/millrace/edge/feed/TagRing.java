package io.millrace.edge.feed;

import io.millrace.edge.live.Selection;
import io.millrace.media.flv.FlvTag;
import java.util.List;

/**
 * The newest tags of one stream, by an index that rises: what viewers of all event loops read from, each at its own place.
 * Keeps what came in the last {@link #KEPT_NANOS}, and the latest group of pictures in any case, so that the next viewer
 * starts at once.
 *
 * <p>Thread-safe: one thread adds, loops take. The lock is held for as long as references are counted, never while
 * something is copied or sent.
 */
final class TagRing {
    /** Who is further behind skips. */
    static final long KEPT_NANOS = 5_000_000_000L;
    static final long KEPT_BYTES = 16L * 1024 * 1024;
    /** A longer group of pictures is not kept: a viewer that joins waits for the next keyframe. */
    static final int GOP_LIMIT_MS = 30_000;
    static final long GOP_LIMIT_BYTES = 32L * 1024 * 1024;
    /** What a tag costs beside its bytes: a flood of empty ones is bounded, too. */
    private static final int TAG_BYTES = 128;

    static final long NONE = -1;

    /**
     * Where a viewer may begin.
     *
     * @param timestampMs on the epoch's FLV time line
     * @param headers the sequence headers in force there
     */
    record Entry(long index, int timestampMs, List<FlvTag> headers) {}

    private SharedTag[] tags = new SharedTag[64];
    private long first;
    private volatile long head;
    private long bytes;
    private long entry = NONE;
    private long entryBytes;
    private long soundEntry = NONE;
    private long coveredFrom;
    private boolean closed;

    /** @param coveredFrom offset in {@code packets} from which on every tag comes here */
    TagRing(long coveredFrom) {
        this.coveredFrom = coveredFrom;
    }

    /** The next tag; its reference is transferred. */
    synchronized void add(SharedTag tag) {
        if (closed) {
            tag.slab().release();
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
        bytes += costBytes(tag);
        entryBytes += costBytes(tag);
        head++;
        letGo(tag);
    }

    private void letGo(SharedTag newest) {
        if (entry != NONE && (entryBytes > GOP_LIMIT_BYTES
                || newest.timestampMs() - tags[slot(entry)].timestampMs() > GOP_LIMIT_MS)) {
            entry = NONE;
        }
        while (first != entry && first < head - 1) {
            boolean old = newest.publishedNanos() - tags[slot(first)].publishedNanos() > KEPT_NANOS;
            if (!old && bytes <= KEPT_BYTES) {
                return;
            }
            drop();
        }
    }

    private void drop() {
        SharedTag oldest = tags[slot(first)];
        tags[slot(first)] = null;
        first++;
        bytes -= costBytes(oldest);
        coveredFrom = oldest.offset() + 1;
        oldest.slab().release();
    }

    private static int costBytes(SharedTag tag) {
        return tag.to() - tag.from() + TAG_BYTES;
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

    /** Index of the tag that comes next. */
    long head() {
        return head;
    }

    /** The latest tag where decoding of what is selected may begin, null without one. */
    synchronized Entry entry(Selection selection) {
        long index = selection == Selection.AUDIO ? soundEntry : entry;
        if (index < first) {
            return null;
        }
        SharedTag tag = tags[slot(index)];
        return new Entry(index, tag.timestampMs(), tag.headers());
    }

    /** A tag; null if it is gone, or has not come. */
    synchronized SharedTag at(long index) {
        return index < first || index >= head ? null : tags[slot(index)];
    }

    /** Index of the first tag from {@code offset} in {@code packets} on; {@link #NONE} if older ones may be missing. */
    synchronized long indexOf(long offset) {
        if (offset < coveredFrom || closed) {
            return NONE;
        }
        long index = head;
        while (index > first && tags[slot(index - 1)].offset() >= offset) {
            index--;
        }
        return index;
    }

    /**
     * What is selected of the tags from {@code from} up to {@code to}, as far as the limit goes but one at least; null if they
     * are gone.
     */
    synchronized Stretch take(long from, long to, int limitBytes, Framing framing, Selection selection) {
        if (from < first) {
            return null;
        }
        var stretch = new Stretch.Builder(framing, selection);
        long index = from;
        while (index < to && stretch.mediaBytes() < limitBytes) {
            stretch.add(tags[slot(index)]);
            index++;
        }
        return stretch.build(index);
    }

    /** Lets everything go; nobody takes any more. */
    synchronized void close() {
        closed = true;
        entry = NONE;
        soundEntry = NONE;
        while (first < head) {
            drop();
        }
    }
}
