package io.millrace.platform.net;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * Writes what peers cause to the log, within a {@link LineQuota}. What it withholds is told in one line for each peer when the
 * window is over: {@code 192.0.2.1: 1480 more lines in 10 s}. One for each server. Thread-safe.
 */
public final class PeerLog {
    private final Logger log;
    private final LongSupplier clockMs;
    private final Executor afterWindow;
    private final LineQuota quota = new LineQuota();
    private boolean told = true;

    public PeerLog(Logger log) {
        this(log, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()),
                CompletableFuture.delayedExecutor(LineQuota.WINDOW_MS, TimeUnit.MILLISECONDS));
    }

    /**
     * @param clockMs any clock that does not go back
     * @param afterWindow runs what it is given when a window that begins now is over
     */
    PeerLog(Logger log, LongSupplier clockMs, Executor afterWindow) {
        this.log = log;
        this.clockMs = clockMs;
        this.afterWindow = afterWindow;
    }

    /**
     * Writes a line, or counts it.
     *
     * @param peer see {@link PeerNetwork}
     * @param format as SLF4J has it
     * @param arguments an exception only for a bug of ours: a peer's fault has no stack trace
     */
    public void log(Level level, String peer, String format, Object... arguments) {
        if (log.isEnabledForLevel(level) && permits(peer)) {
            log.atLevel(level).log(format, arguments);
        }
    }

    private synchronized boolean permits(String peer) {
        long nowMs = clockMs.getAsLong();
        if (quota.isOver(nowMs)) {
            tell();
        }
        boolean permitted = quota.permits(peer, nowMs);
        if (!permitted && told) {
            told = false;
            afterWindow.execute(this::windowIsOver);
        }
        return permitted;
    }

    private synchronized void windowIsOver() {
        if (!told) {
            tell();
        }
    }

    private void tell() {
        told = true;
        quota.end().forEach(withheld -> log.info("{}: {} more lines in {} s", withheld.peer(), withheld.lines(),
                LineQuota.WINDOW_MS / 1_000));
    }
}
