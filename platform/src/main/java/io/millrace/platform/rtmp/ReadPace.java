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
    /** So many reads a second, and nothing waits: the messages of two or three publishers. */
    static final int FEW = 200;
    /** From here on it waits for the longest. */
    static final int MANY = 1_000;
    /** The time of a frame: longer, and pictures would come in pairs. */
    static final long LONGEST_NANOS = 33 * MS;
    private static final long WINDOW_NANOS = 500 * MS;

    private long windowStartNanos;
    private long lastLookNanos;
    private long reads;
    private long tickNanos;

    ReadPace(long nowNanos) {
        windowStartNanos = nowNanos;
        lastLookNanos = nowNanos;
    }

    /** How long it is to wait before it looks: once in every tick of the clock, so that all loops of a process look together. */
    long waitNanos(long nowNanos) {
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
            tickNanos = tickNanos(reads * 1e9 / windowNanos);
            windowStartNanos = nowNanos;
            reads = 0;
        }
    }

    private static long tickNanos(double readsPerSecond) {
        double share = (readsPerSecond - FEW) / (MANY - FEW);
        return Math.round(LONGEST_NANOS / MS * Math.clamp(share, 0, 1)) * MS;
    }
}
