package io.millrace.edge.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory of answers that were made for one client alone and that it has not taken yet, against a limit for the process.
 * Thread-safe.
 */
final class AnswerMemory {
    /** This part of the heap. */
    private static final int SHARE = 16;

    private final long limitBytes;
    private final AtomicLong bytes = new AtomicLong();

    AnswerMemory(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    static AnswerMemory ofHeap() {
        return new AnswerMemory(Runtime.getRuntime().maxMemory() / SHARE);
    }

    /** False if there is no room for it, and then it does not count. */
    boolean take(int sizeBytes) {
        if (bytes.addAndGet(sizeBytes) > limitBytes) {
            giveBack(sizeBytes);
            return false;
        }
        return true;
    }

    /** It is sent, or its connection is gone. */
    void giveBack(int sizeBytes) {
        bytes.addAndGet(-sizeBytes);
    }
}
