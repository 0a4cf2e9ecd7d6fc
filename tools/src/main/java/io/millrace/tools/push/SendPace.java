package io.millrace.tools.push;

import java.util.concurrent.TimeUnit;

/** Decides when each message of a session is due. Confined to one thread. */
public interface SendPace {
    /**
     * Returns when a message is due, as {@link System#nanoTime}; earlier than {@code nowNanos} if it is late.
     *
     * @param mediaMs timestamp of the message in its session
     */
    long dueNanos(long nowNanos, long mediaMs);

    /** Each message is due at its decoding time. After a stall, messages are late until the session has caught up. */
    static SendPace realTime(long startNanos) {
        return (_, mediaMs) -> startNanos + TimeUnit.MILLISECONDS.toNanos(mediaMs);
    }

    /**
     * Media that lags is due {@code speed} times as fast as it was recorded, but not faster. The newest media of a
     * live stream is therefore always due.
     */
    static SendPace catchingUp(long startNanos, int speed) {
        return new CatchUp(startNanos, speed);
    }

    /** The pace of {@link #catchingUp}. */
    final class CatchUp implements SendPace {
        /** How much media may be sent at once. */
        private static final long BURST_NANOS = TimeUnit.SECONDS.toNanos(1);
        /** A longer step between two messages is a gap in the media, for which there is nothing to wait. */
        private static final long LONGEST_STEP_MS = 1_000;

        private final int speed;
        private long dueNanos;
        private long newestMs;

        private CatchUp(long startNanos, int speed) {
            this.speed = speed;
            dueNanos = startNanos;
        }

        @Override
        public long dueNanos(long nowNanos, long mediaMs) {
            long stepMs = Math.clamp(mediaMs - newestMs, 0, LONGEST_STEP_MS);
            newestMs = Math.max(newestMs, mediaMs);
            long nextNanos = dueNanos + TimeUnit.MILLISECONDS.toNanos(stepMs) / speed;
            // nanoTime may overflow: only differences can be compared.
            dueNanos = nowNanos - nextNanos > BURST_NANOS ? nowNanos - BURST_NANOS : nextNanos;
            return dueNanos;
        }
    }
}
