package io.millrace.edge.http;

import io.millrace.edge.feed.SharedTag;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Tags that a viewer's socket has not taken yet: at most {@link #SPAN_LIMIT_MS} of stream and {@link #BYTES_LIMIT}. What
 * is more is dropped up to the next point where decoding may begin; sequence headers are kept. A tag is taken or left as
 * a whole.
 *
 * <p>Holds a reference of each tag in it. Confined to one thread.
 */
final class ViewerQueue {
    static final int SPAN_LIMIT_MS = 5_000;
    static final long BYTES_LIMIT = 16L * 1024 * 1024;
    /** A viewer that took nothing while so much stream went by is let go. */
    static final int HOPELESS_MS = 15_000;

    private static final int NONE = -1;

    private final Deque<SharedTag> tags = new ArrayDeque<>();
    private long bytes;
    private boolean skipping;
    private long dropped;
    /** The tags that a viewer joins with may be more than the limit: they count only as long as they wait. */
    private boolean joining = true;
    private int joinSpanMs;
    private long joinBytes;
    private int stuckSinceMs = NONE;
    private int newestMs;

    /** The next tag; borrowed. */
    void offer(SharedTag tag) {
        newestMs = tag.timestampMs();
        if (stuckSinceMs == NONE) {
            stuckSinceMs = newestMs;
        }
        if (skipping && tag.kind() == SharedTag.Kind.FRAME) {
            dropped++;
            return;
        }
        skipping &= tag.kind() != SharedTag.Kind.ENTRY;
        tag.bytes().retain();
        tags.add(tag);
        bytes += tag.bytes().readableBytes();
        if (joining) {
            joinSpanMs = spanMs();
            joinBytes = bytes;
        } else if (spanMs() > SPAN_LIMIT_MS + joinSpanMs || bytes > BYTES_LIMIT + joinBytes) {
            skip();
        }
    }

    /** Hands over tags, in order, as long as there are any and the socket is {@code ready}. */
    void drain(Predicate<SharedTag> ready, Consumer<SharedTag> send) {
        joining = false;
        while (!tags.isEmpty() && ready.test(tags.peek())) {
            SharedTag tag = tags.poll();
            bytes -= tag.bytes().readableBytes();
            send.accept(tag);
            tag.bytes().release();
            stuckSinceMs = NONE;
        }
        if (tags.isEmpty()) {
            joinSpanMs = 0;
            joinBytes = 0;
        } else if (stuckSinceMs == NONE) {
            stuckSinceMs = newestMs;
        }
    }

    boolean isHopeless() {
        return stuckSinceMs != NONE && newestMs - stuckSinceMs > HOPELESS_MS;
    }

    /** Tags that wait. */
    int size() {
        return tags.size();
    }

    /** Drops everything. Gives how many tags this viewer did not get in all. */
    long clear() {
        dropped += tags.size();
        tags.forEach(tag -> tag.bytes().release());
        tags.clear();
        bytes = 0;
        return dropped;
    }

    private void skip() {
        skipping = true;
        joinSpanMs = 0;
        joinBytes = 0;
        tags.removeIf(tag -> {
            if (tag.kind() == SharedTag.Kind.CONFIG) {
                return false;
            }
            dropped++;
            bytes -= tag.bytes().readableBytes();
            tag.bytes().release();
            return true;
        });
    }

    private int spanMs() {
        return newestMs - tags.peek().timestampMs();
    }
}
