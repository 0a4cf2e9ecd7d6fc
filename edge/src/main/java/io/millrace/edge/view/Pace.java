package io.millrace.edge.view;

/**
 * How often the viewers of one event loop are written to. The cost of a write hardly depends on its size, so event
 * loops with many viewers or a high load write more at a time and less often.
 *
 * <p>Ticks follow the tags that viewers wait for: a video frame is sent at once if the previous one was sent about a
 * tick ago, together with the audio that arrived meanwhile. So a tick hardly delays a stream whose frames are a tick
 * apart. Pure: time is an argument. Confined to the event loop, except for {@link #tickNanos}.
 */
public final class Pace {
    private static final long MS = 1_000_000;
    /** Up to this many viewers on an event loop receive every tag at once. */
    static final int FEW = 16;
    /** Frames at 30 per second are sent one by one. */
    static final long TICK_NANOS = 33 * MS;
    static final long SLOW_TICK_NANOS = 100 * MS;
    /** Above this share of time spent writing, an event loop writes less often. */
    static final double BUSY = 0.5;
    /** Ticks of 100 ms take about half the time of ticks of 33 ms. */
    static final double IDLE = 0.15;
    private static final long WINDOW_NANOS = 1_000 * MS;

    /** Adapts to the load. */
    public static final long ADAPTIVE = -1;

    private final boolean adapts;
    private volatile long tickNanos;
    private long windowStartNanos;
    private long busyNanos;
    private int viewers;

    /** @param tickNanos {@link #ADAPTIVE}, or a fixed interval */
    public Pace(long tickNanos, long nowNanos) {
        adapts = tickNanos == ADAPTIVE;
        this.tickNanos = adapts ? 0 : tickNanos;
        windowStartNanos = nowNanos;
    }

    /** Returns the current interval. Thread-safe. */
    public long tickNanos() {
        return tickNanos;
    }

    /** Returns whether to write now if the last write was at {@code lastNanos}. */
    public static boolean isDue(long tickNanos, long lastNanos, long nowNanos) {
        return nowNanos - lastNanos >= tickNanos - tickNanos / 4;
    }

    /** Returns the longest delay of tags that viewers do not wait for. */
    public static long patienceNanos(long tickNanos) {
        return tickNanos + tickNanos / 2;
    }

    /** Counts one more viewer on this event loop. */
    public void joined() {
        viewers++;
        if (adapts && tickNanos == 0 && viewers > FEW) {
            tickNanos = TICK_NANOS;
        }
    }

    public void left() {
        viewers--;
    }

    /** Records the time that a write to the viewers of one stream took. */
    public void wrote(long startNanos, long endNanos) {
        busyNanos += endNanos - startNanos;
        long windowNanos = endNanos - windowStartNanos;
        if (adapts && windowNanos >= WINDOW_NANOS) {
            tickNanos = next((double) busyNanos / windowNanos);
            windowStartNanos = endNanos;
            busyNanos = 0;
        }
    }

    private long next(double busy) {
        if (tickNanos == SLOW_TICK_NANOS) {
            return busy < IDLE ? TICK_NANOS : SLOW_TICK_NANOS;
        }
        if (tickNanos == TICK_NANOS && busy > BUSY) {
            return SLOW_TICK_NANOS;
        }
        return viewers > FEW || busy > BUSY ? TICK_NANOS : 0;
    }
}
