package io.millrace.packager.loop;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory that the partitions of a packager share. Each may use half of what the others leave, so that partitions that
 * do not advance cannot exhaust it. Thread-safe.
 */
final class ByteBudget {
    private final long limitBytes;
    private final AtomicLong used = new AtomicLong();

    ByteBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    long usedBytes() {
        return used.get();
    }

    Share share() {
        return new Share();
    }

    /** The share of one partition. Thread-safe. */
    final class Share implements AutoCloseable {
        private final AtomicLong bytes = new AtomicLong();

        /** @param more negative to release */
        void add(long more) {
            bytes.addAndGet(more);
            used.addAndGet(more);
        }

        long bytes() {
            return bytes.get();
        }

        /** Returns how many bytes this share may use, given what the others use now. */
        long allowedBytes() {
            return Math.max(0, (limitBytes - used.get() + bytes.get()) / 2);
        }

        /** Returns whether more may be added. An empty share always has room, so that every partition advances. */
        boolean hasRoom() {
            return bytes.get() == 0 || bytes.get() < allowedBytes();
        }

        @Override
        public void close() {
            add(-bytes.get());
        }
    }
}
