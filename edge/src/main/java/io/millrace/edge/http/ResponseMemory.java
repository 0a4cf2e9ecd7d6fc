package io.millrace.edge.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Limits the total memory of responses that were built for a single client which has not read them yet. One per edge.
 * Thread-safe.
 */
final class ResponseMemory {
    /** The limit is the maximum heap divided by this number. */
    private static final int SHARE = 16;

    private final long limitBytes;
    private final AtomicLong bytes = new AtomicLong();

    ResponseMemory(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    static ResponseMemory ofHeap() {
        return new ResponseMemory(Runtime.getRuntime().maxMemory() / SHARE);
    }

    /** Reserves memory. Returns false, and reserves nothing, if that would exceed the limit. */
    boolean take(int sizeBytes) {
        if (bytes.addAndGet(sizeBytes) > limitBytes) {
            giveBack(sizeBytes);
            return false;
        }
        return true;
    }

    /** Releases memory after the response was sent or its connection closed. */
    void giveBack(int sizeBytes) {
        bytes.addAndGet(-sizeBytes);
    }
}
