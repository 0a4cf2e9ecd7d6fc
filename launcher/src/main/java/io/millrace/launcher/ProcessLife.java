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
 * Life cycle of a process. The parts of the process are opened in order and closed in reverse order when the process
 * receives a signal (after a drain; exit code 0), when its work is done (exit code 0), when a part fails (exit code 1),
 * or when the start fails (exit code 1). If the embedded broker fails, the process ends without closing its parts,
 * which would wait for the broker (exit code 1).
 *
 * <p>{@link #run}, {@link #opened} and {@link #drainFirst} are confined to one thread; {@link #finish}, {@link #fail},
 * {@link #abandon} and {@link #fatal} are thread-safe.
 */
public final class ProcessLife implements FatalError {
    /** How much longer than the limit a drain may take. */
    private static final long SLACK_MS = 1_000;
    /**
     * How long the parts may take to close; then the process exits without waiting longer. Orchestrators kill a process
     * 30 s after the signal.
     */
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

    /** Why the process ends. The first reason counts; later ones are ignored. */
    private sealed interface End {
        /** The process received SIGINT or SIGTERM. */
        record Signal() implements End {}

        /** The work is done. */
        record Finished() implements End {}

        /** The start or the work failed for a reason that the user can fix. */
        record Failed(Exception why) implements End {}

        /** The embedded broker failed. Parts are not closed, because closing them would wait for the broker. */
        record Abandoned(UserError why) implements End {}

        /** A part failed, and the process cannot continue without it. */
        record Fault(String what, Throwable cause) implements End {}
    }

    /** Runs between a signal and the closing of the parts. */
    @FunctionalInterface
    public interface Drain {
        /** Hands over the work to other nodes. Returns within the limit passed to {@link #drainFirst}. */
        void run() throws InterruptedException;
    }

    /** The work of a process. */
    @FunctionalInterface
    public interface Work {
        /**
         * Opens the parts and returns when they serve. The thread is interrupted if the process has to end before that.
         *
         * @throws Exception if the work cannot start; the parts that were opened are closed
         */
        void start(ProcessLife life) throws Exception;
    }

    /**
     * Starts the work, blocks until the process has to end, and closes all parts. Must be called once per process.
     *
     * @throws UserError if a part reported a fatal error
     * @throws Exception if the work could not start
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

    /**
     * Registers {@code part}, which is closed at the end, before the parts that were opened earlier. Returns
     * {@code part}.
     */
    public <T extends AutoCloseable> T opened(T part) {
        parts.push(part);
        return part;
    }

    /**
     * Sets the drain, which runs after a signal and before the parts are closed. A second signal ends the process at
     * once.
     *
     * @param limit maximum duration of the drain
     */
    public void drainFirst(Duration limit, Drain drain) {
        drainLimit = limit;
        this.drain = drain;
    }

    /**
     * Ends the process because its work is done, with exit code 0 and without a drain. Returns immediately.
     * Thread-safe.
     */
    public void finish() {
        end.complete(new End.Finished());
    }

    /**
     * Ends the process with exit code 1 because of an error that the user can fix. Returns immediately. Thread-safe.
     */
    public void fail(UserError why) {
        if (end.complete(new End.Failed(why))) {
            interruptStart();
        }
    }

    /**
     * Ends the process immediately because the embedded broker failed. Parts are not closed, because closing them would
     * wait for the broker; to clients and other nodes, the process appears to have been killed. Thread-safe.
     */
    public void abandon(UserError why) {
        if (end.complete(new End.Abandoned(why))) {
            interruptStart();
        }
    }

    @Override
    public void fatal(String what, Throwable cause) {
        if (end.complete(new End.Fault(what, cause))) {
            LOG.error("fatal error: {}", what, cause);
            interruptStart();
        }
    }

    private void live(Work work) throws Exception {
        try {
            work.start(this);
        } catch (Exception e) {
            // No effect if a signal or a fault came first: the exception is then a consequence of the interrupt.
            end.complete(new End.Failed(e));
        }
        started();
        End why = end.join();
        if (why instanceof End.Signal && drain != null) {
            drain.run();
        }
        if (!(why instanceof End.Abandoned)) {
            closeInTime();
        }
        switch (why) {
            case End.Signal _,End.Finished _ -> {
                // A clean end.
            }
            case End.Failed(Exception e) -> throw e;
            case End.Abandoned(UserError e) -> throw e;
            case End.Fault(String what, Throwable cause) -> throw new UserError(
                    what + (cause == null ? "" : ": " + cause.getMessage()) + "; see the log above", cause);
        }
    }

    private synchronized void started() {
        starting = false;
        // Clears the interrupt, so that it does not disturb the closing.
        Thread.interrupted();
    }

    private synchronized void interruptStart() {
        if (starting) {
            owner.interrupt();
        }
    }

    /**
     * The shutdown hook, which the JVM runs after a signal and after {@link System#exit}. Sets the exit code, because a
     * JVM that ends by a signal exits with 130 or 143, not with 0.
     */
    private void onShutdown() {
        if (end.complete(new End.Signal())) {
            Signals.restoreDefaults();
            interruptStart();
        } else if (closed.getCount() == 0) {
            // The main thread has called System.exit with its own exit code.
            return;
        }
        try {
            if (!closed.await(drainLimit.plus(CLOSE_DEADLINE).toMillis() + SLACK_MS, TimeUnit.MILLISECONDS)) {
                LOG.warn("closing took longer than {} s; exiting without waiting", CLOSE_DEADLINE.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.out.flush();
        Runtime.getRuntime().halt(switch (end.join()) {
            case End.Signal _,End.Finished _ -> ExitCode.OK;
            case End.Failed _,End.Abandoned _,End.Fault _ -> ExitCode.SOFTWARE;
        });
    }

    private void closeInTime() throws InterruptedException {
        Thread closer = Thread.ofPlatform().daemon().name("millrace-close").start(this::closeParts);
        if (!closer.join(CLOSE_DEADLINE)) {
            LOG.warn("closing took longer than {} s; exiting without waiting", CLOSE_DEADLINE.toSeconds());
        }
    }

    private void closeParts() {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("closing {} failed", part.getClass().getSimpleName(), e);
            }
        }
    }
}
