package io.millrace.launcher;

import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what a start waits for while it does: after five seconds, then after twice as long each time, up to a minute. */
final class Waiting implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Waiting.class);
    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final Thread thread;

    private Waiting(Thread thread) {
        this.thread = thread;
    }

    /** @param what "for …", asked each time, on a thread of its own */
    static Waiting begin(Supplier<String> what) {
        return new Waiting(Thread.ofVirtual().name("waiting").start(() -> tell(what)));
    }

    private static void tell(Supplier<String> what) {
        try {
            Duration pause = FIRST;
            while (true) {
                Thread.sleep(pause);
                LOG.info("Still waiting for {}", what.get());
                pause = pause.multipliedBy(2).compareTo(LONGEST) < 0 ? pause.multipliedBy(2) : LONGEST;
            }
        } catch (InterruptedException _) {
            // It has come, or is not waited for any more.
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
