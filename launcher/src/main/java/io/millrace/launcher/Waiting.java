package io.millrace.launcher;

import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs what a starting process waits for, first after 5 s, then at intervals that double up to a minute, until it is
 * closed.
 */
final class Waiting implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Waiting.class);
    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    /** Passes time; replaced in tests. */
    @FunctionalInterface
    interface Clock {
        void pass(Duration pause) throws InterruptedException;
    }

    private final Thread thread;

    private Waiting(Thread thread) {
        this.thread = thread;
    }

    /**
     * Begins to wait.
     *
     * @param what returns a noun phrase that completes "still waiting for …"; called for each line, on another thread
     */
    static Waiting begin(Supplier<String> what) {
        return begin(what, Thread::sleep);
    }

    static Waiting begin(Supplier<String> what, Clock clock) {
        return new Waiting(Thread.ofVirtual().name("waiting").start(() -> report(what, clock)));
    }

    private static void report(Supplier<String> what, Clock clock) {
        try {
            Duration pause = FIRST;
            while (true) {
                clock.pass(pause);
                LOG.info("still waiting for {}", what.get());
                pause = pause.multipliedBy(2).compareTo(LONGEST) < 0 ? pause.multipliedBy(2) : LONGEST;
            }
        } catch (InterruptedException _) {
            // Closed: the wait is over.
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
