package io.millrace.platform.rtmp;

/**
 * How long an event loop waits before it polls for input again. Most of the cost of a small message is the wake-up,
 * so a loop that receives many gathers them for some milliseconds and reads them together, and they go to Kafka
 * together. A loop that receives few reads each message as it arrives.
 *
 * <p>Pure: time is an argument. Confined to the loop.
 */
final class ReadPace {
    private static final long MS = 1_000_000;
    /** The duration of a frame: with longer ticks, frames would arrive in pairs. */
    static final long LONGEST_NANOS = 33 * MS;
    private static final long WINDOW_NANOS = 500 * MS;

    /**
     * The paces. Below {@code fewer} reads per second, a loop changes to the next faster pace; from {@code more} on, to
     * the next slower one. A publisher sends about 75 messages per second and is read at most once per tick. The ticks
     * divide each other, so that loops at different paces poll at the same moments.
     */
    private enum Level {
        /** Up to three publishers. */
        AT_ONCE(0, 0, 250),
        /** Up to eight. */
        HALF_A_FRAME(LONGEST_NANOS / 2, 150, 400),
        /** More than eight, until they are fewer than seven. */
        A_FRAME(LONGEST_NANOS, 200, Double.POSITIVE_INFINITY);

        private static final Level[] ALL = values();

        private final long tickNanos;
        private final double fewer;
        private final double more;

        Level(long tickNanos, double fewer, double more) {
            this.tickNanos = tickNanos;
            this.fewer = fewer;
            this.more = more;
        }

        Level after(double readsPerSecond) {
            if (readsPerSecond >= more) {
                return ALL[ordinal() + 1];
            }
            return readsPerSecond < fewer ? ALL[ordinal() - 1] : this;
        }
    }

    /** Start of the window in which {@code reads} are counted. */
    private long windowStartNanos;
    private long lastPollNanos;
    private long reads;
    private Level level = Level.AT_ONCE;

    ReadPace(long nowNanos) {
        windowStartNanos = nowNanos;
        lastPollNanos = nowNanos;
    }

    /**
     * Returns how long to wait before the next poll: polls are aligned with ticks of the clock, so that all loops of
     * a process poll together.
     */
    long waitNanos(long nowNanos) {
        long tickNanos = level.tickNanos;
        if (tickNanos == 0 || Math.floorDiv(nowNanos, tickNanos) > Math.floorDiv(lastPollNanos, tickNanos)) {
            return 0;
        }
        return tickNanos - Math.floorMod(nowNanos, tickNanos);
    }

    /** Called when the loop polls. */
    void polled(long nowNanos) {
        lastPollNanos = nowNanos;
    }

    /** Records how many sockets had input. */
    void found(int sockets, long nowNanos) {
        reads += sockets;
        long windowNanos = nowNanos - windowStartNanos;
        if (windowNanos >= WINDOW_NANOS) {
            level = level.after(reads * 1e9 / windowNanos);
            windowStartNanos = nowNanos;
            reads = 0;
        }
    }
}
