package io.millrace.platform.net;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * Logs what peers cause, within a {@link LineQuota}. When a window ends, the withheld lines are summarised in one
 * line per peer: {@code 192.0.2.1: 1480 more lines in 10 s}. Each server has one. Thread-safe.
 */
public final class PeerLog {
    private final Logger log;
    private final LongSupplier clockMs;
    private final Executor afterWindow;
    private final LineQuota quota = new LineQuota();
    private boolean reported = true;

    public PeerLog(Logger log) {
        this(log, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()),
                CompletableFuture.delayedExecutor(LineQuota.WINDOW_MS, TimeUnit.MILLISECONDS));
    }

    /**
     * @param clockMs a monotonic clock
     * @param afterWindow runs a task when a window that begins now has ended
     */
    PeerLog(Logger log, LongSupplier clockMs, Executor afterWindow) {
        this.log = log;
        this.clockMs = clockMs;
        this.afterWindow = afterWindow;
    }

    /**
     * Writes a line, or counts it as withheld.
     *
     * @param peer the {@link PeerNetwork} that caused the line
     * @param format message in SLF4J's format
     * @param arguments arguments of the message; an exception only for a bug in this process, because a peer's fault
     *        has no stack trace
     */
    public void log(Level level, String peer, String format, Object... arguments) {
        if (log.isEnabledForLevel(level) && permits(peer)) {
            log.atLevel(level).log(format, arguments);
        }
    }

    private synchronized boolean permits(String peer) {
        long nowMs = clockMs.getAsLong();
        if (quota.isOver(nowMs)) {
            report();
        }
        boolean permitted = quota.permits(peer, nowMs);
        if (!permitted && reported) {
            reported = false;
            afterWindow.execute(this::windowIsOver);
        }
        return permitted;
    }

    private synchronized void windowIsOver() {
        if (!reported) {
            report();
        }
    }

    private void report() {
        reported = true;
        quota.end().forEach(withheld -> log.info("{}: {} more lines in {} s", withheld.peer(), withheld.lines(),
                LineQuota.WINDOW_MS / 1_000));
    }
}
