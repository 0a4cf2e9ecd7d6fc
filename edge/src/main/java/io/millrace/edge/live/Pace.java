package io.millrace.edge.live;

/**
 * How often the viewers of one event loop are written to. A write costs much the same whatever its size, so many viewers,
 * or a loop that is busy with them, get more at a time and less often.
 *
 * <p>A tick is meant for what viewers wait for: a picture goes out at once if the one before it is about a tick ago, and
 * takes the sound along that came meanwhile; so a tick costs a stream hardly any delay whose frames are a tick apart. Pure:
 * time comes in. Confined to the loop, but for {@link #tickNanos}.
 */
public final class Pace {
    private static final long MS = 1_000_000;
    /** So few viewers on a loop get everything as it comes. */
    static final int FEW = 16;
    /** Frames at 30 a second go out one by one. */
    static final long TICK_NANOS = 33 * MS;
    static final long SLOW_TICK_NANOS = 100 * MS;
    /** Above this share of its time spent on writing, a loop writes less often. */
    static final double BUSY = 0.5;
    /** Ticks of 100 ms take about half of the time that those of 33 ms take. */
    static final double IDLE = 0.15;
    private static final long WINDOW_NANOS = 1_000 * MS;

    /** Adapts to the load. */
    public static final long ADAPTIVE = -1;

    private final boolean adapts;
    private volatile long tickNanos;
    private long windowStartNanos;
    private long busyNanos;
    private int viewers;

    /** @param tickNanos {@link #ADAPTIVE}, or what it always is */
    public Pace(long tickNanos, long nowNanos) {
        adapts = tickNanos == ADAPTIVE;
        this.tickNanos = adapts ? 0 : tickNanos;
        windowStartNanos = nowNanos;
    }

    /** Thread-safe. */
    public long tickNanos() {
        return tickNanos;
    }

    /** Whether tags are to be written now, of which the last ones were written at {@code lastNanos}. */
    public static boolean isDue(long tickNanos, long lastNanos, long nowNanos) {
        return nowNanos - lastNanos >= tickNanos - tickNanos / 4;
    }

    /** When tags are written at the latest that nobody waits for. */
    public static long patienceNanos(long tickNanos) {
        return tickNanos + tickNanos / 2;
    }

    /** One more watches on this loop. */
    public void joined() {
        viewers++;
        if (adapts && tickNanos == 0 && viewers > FEW) {
            tickNanos = TICK_NANOS;
        }
    }

    public void left() {
        viewers--;
    }

    /** The loop has written to the viewers of a stream. */
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
