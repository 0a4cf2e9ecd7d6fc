package io.millrace.launcher;

import io.millrace.platform.FatalError;
import io.millrace.platform.UserError;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ExitCode;

/**
 * The life of a process that runs until it is told to end: parts are opened in order, and closed in reverse when a
 * signal comes (code 0; drained before), when one of them fails for good (code 1), or when the start fails.
 *
 * <p>{@link #run} and {@link #opened} belong to one thread; {@link #fatal} and {@link #finish} are for any.
 */
public final class ProcessLife implements FatalError {
    /** How long a drain may take beyond its limit. */
    private static final long SLACK_MS = 1_000;
    /** What does not close by then is left to the end of the process. Orchestrators kill after 30 s. */
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(20);
    private static final Logger LOG = LoggerFactory.getLogger(ProcessLife.class);

    private final Thread owner = Thread.currentThread();
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final CompletableFuture<End> end = new CompletableFuture<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Drain drain;
    private volatile Duration drainLimit = Duration.ZERO;
    private boolean starting = true;

    private ProcessLife() {}

    /** Why it ends; the first reason counts. */
    private sealed interface End {
        /** SIGINT or SIGTERM. */
        record Signal() implements End {}

        /** There is nothing more to do. */
        record Finished() implements End {}

        record Failed(Exception why) implements End {}

        record Fault(String what, Throwable cause) implements End {}
    }

    /** What comes between a signal and the closing. */
    @FunctionalInterface
    public interface Drain {
        /** Lets go of the work; returns within the limit that {@link #drainFirst} was told. */
        void run() throws InterruptedException;
    }

    /** What a process does. */
    @FunctionalInterface
    public interface Work {
        /**
         * Opens the parts and returns when they serve. Interrupted when the process is told to end meanwhile.
         *
         * @throws Exception why it cannot; what was opened is closed
         */
        void start(ProcessLife life) throws Exception;
    }

    /**
     * Starts the work and returns after its end, everything closed.
     *
     * @throws UserError if a part reported a fatal error
     * @throws Exception why the work could not start
     */
    public static void run(Work work) throws Exception {
        ProcessLife life = new ProcessLife();
        Runtime.getRuntime().addShutdownHook(new Thread(life::onShutdown, "millrace-shutdown"));
        try {
            life.live(work);
        } finally {
            life.closed.countDown();
        }
    }

    /** {@code part} is closed at the end, before those that were opened earlier. */
    public <T extends AutoCloseable> T opened(T part) {
        parts.push(part);
        return part;
    }

    /**
     * Lets {@code drain} run after a signal, before anything is closed. A second signal does not wait for it.
     *
     * @param limit how long it takes at most
     */
    public void drainFirst(Duration limit, Drain drain) {
        drainLimit = limit;
        this.drain = drain;
    }

    /** The work is done by itself; the process ends as if by a signal. Thread-safe. */
    public void finish() {
        end.complete(new End.Finished());
    }

    /** The work cannot go on for a reason that people can mend. Thread-safe. */
    public void fail(UserError why) {
        if (end.complete(new End.Failed(why))) {
            interruptStart();
        }
    }

    @Override
    public void fatal(String what, Throwable cause) {
        if (end.complete(new End.Fault(what, cause))) {
            LOG.error("Cannot go on: {}", what, cause);
            interruptStart();
        }
    }

    private void live(Work work) throws Exception {
        try {
            work.start(this);
        } catch (Exception e) {
            // Loses to a signal or a fault that came first: then the interrupt is the reason, whatever it turned into.
            end.complete(new End.Failed(e));
        }
        started();
        End why = end.join();
        if (why instanceof End.Signal && drain != null) {
            drain.run();
        }
        closeInTime();
        switch (why) {
            case End.Signal _,End.Finished _ -> {
                // A clean end.
            }
            case End.Failed(Exception e) -> throw e;
            case End.Fault(String what, Throwable cause) -> throw new UserError(
                    what + (cause == null ? "" : ": " + cause.getMessage()) + "; the log above says more", cause);
        }
    }

    private synchronized void started() {
        starting = false;
        // Nothing may interrupt the closing.
        Thread.interrupted();
    }

    private synchronized void interruptStart() {
        if (starting) {
            owner.interrupt();
        }
    }

    /** The JVM would end with 130 or 143 by a signal; a clean end is 0. */
    private void onShutdown() {
        if (end.complete(new End.Signal())) {
            Signals.letTheNextOneKill();
            interruptStart();
        } else if (closed.getCount() == 0) {
            // The main thread ends the process by itself, and knows its code.
            return;
        }
        try {
            if (!closed.await(drainLimit.plus(CLOSE_DEADLINE).toMillis() + SLACK_MS, TimeUnit.MILLISECONDS)) {
                LOG.warn("Not everything was closed within {} s", CLOSE_DEADLINE.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.out.flush();
        Runtime.getRuntime().halt(switch (end.join()) {
            case End.Signal _,End.Finished _ -> ExitCode.OK;
            case End.Failed _,End.Fault _ -> ExitCode.SOFTWARE;
        });
    }

    private void closeInTime() throws InterruptedException {
        Thread closer = Thread.ofPlatform().daemon().name("millrace-close").start(this::closeParts);
        if (!closer.join(CLOSE_DEADLINE)) {
            LOG.warn("Not everything was closed within {} s", CLOSE_DEADLINE.toSeconds());
        }
    }

    private void closeParts() {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("While closing {}", part.getClass().getSimpleName(), e);
            }
        }
    }
}
