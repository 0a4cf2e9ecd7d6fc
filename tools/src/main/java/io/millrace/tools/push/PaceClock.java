package io.millrace.tools.push;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The clock of a {@link PacedPublisher}. */
public interface PaceClock {
    PaceClock SYSTEM = new PaceClock() {
        @Override
        public long nowNanos() {
            return System.nanoTime();
        }

        @Override
        public void waitUntil(long nanos, CountDownLatch cancelled) throws InterruptedException {
            boolean _ = cancelled.await(nanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    };

    /** As {@link System#nanoTime}: only differences are meaningful. */
    long nowNanos();

    /** Returns at {@code nanos}, or as soon as {@code cancelled} is open. */
    void waitUntil(long nanos, CountDownLatch cancelled) throws InterruptedException;
}
