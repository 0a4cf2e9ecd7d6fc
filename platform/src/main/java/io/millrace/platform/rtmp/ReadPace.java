package io.millrace.platform.rtmp;

/**
 * How long an event loop waits before it looks for input again. Most of what a small message costs is waking up for it, so
 * a loop to which many come gathers them for some milliseconds and then takes all of them at once, and they go to Kafka
 * together. One to which few come takes each as it arrives.
 *
 * <p>Pure: time comes in. Confined to the loop.
 */
final class ReadPace {
    private static final long MS = 1_000_000;
    /** The time of a frame: longer, and pictures would come in pairs. */
    static final long LONGEST_NANOS = 33 * MS;
    private static final long WINDOW_NANOS = 500 * MS;

    /**
     * How it looks, and from how many reads a second on, at that pace, it looks less or more often. A publisher sends some 75
     * messages a second, and is read once a tick at most. The ticks divide each other, so that loops at different paces meet.
     */
    private enum Level {
        /** Up to three publishers. */
        AT_ONCE(0, 0, 250),
        /** Up to eight. */
        HALF_A_FRAME(LONGEST_NANOS / 2, 150, 400),
        /** More, until they are fewer than seven. */
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

    private long windowStartNanos;
    private long lastLookNanos;
    private long reads;
    private Level level = Level.AT_ONCE;

    ReadPace(long nowNanos) {
        windowStartNanos = nowNanos;
        lastLookNanos = nowNanos;
    }

    /** How long it is to wait before it looks: once in every tick of the clock, so that all loops of a process look together. */
    long waitNanos(long nowNanos) {
        long tickNanos = level.tickNanos;
        if (tickNanos == 0 || Math.floorDiv(nowNanos, tickNanos) > Math.floorDiv(lastLookNanos, tickNanos)) {
            return 0;
        }
        return tickNanos - Math.floorMod(nowNanos, tickNanos);
    }

    /** It looks now. */
    void looks(long nowNanos) {
        lastLookNanos = nowNanos;
    }

    /** It has found so many sockets with input. */
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
