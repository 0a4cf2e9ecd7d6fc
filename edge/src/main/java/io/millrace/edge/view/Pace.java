package io.millrace.edge.view;

/**
 * Decides how often an event loop writes to its viewers. The cost of a write hardly depends on its size, so event loops with
 * many viewers or a high load write more at a time and less often.
 *
 * <p>The interval is called a tick. Writes follow the tags that viewers wait for: a video frame is sent at once if the
 * previous one was sent about a tick ago, together with the audio that arrived meanwhile. The tick
 * therefore hardly delays a stream whose frames are one tick apart. Pure: time is an argument. Confined to the event loop, except for
 * {@link #tickNanos}.
 */
public final class Pace {
    private static final long MS = 1_000_000;
    /** With at most this many viewers, an event loop that is not busy writes every tag at once. */
    static final int FEW = 16;
    /** The usual tick: frames at 30 per second are sent one by one. */
    static final long TICK_NANOS = 33 * MS;
    /** The tick of a busy event loop. */
    static final long SLOW_TICK_NANOS = 100 * MS;
    /** Above this share of time spent writing, an event loop writes less often. */
    static final double BUSY = 0.5;
    /**
     * Below this share, an event loop with the slow tick returns to the usual one. Writing takes about half as much
     * time with the slow tick.
     */
    static final double IDLE = 0.15;
    /** Period over which the share of time is measured. */
    private static final long WINDOW_NANOS = 1_000 * MS;

    /** Value of {@code tickNanos} for a tick that adapts to the load. */
    public static final long ADAPTIVE = -1;

    private final boolean adapts;
    private volatile long tickNanos;
    private long windowStartNanos;
    /** Time spent writing since {@link #windowStartNanos}. */
    private long busyNanos;
    private int viewers;

    /** @param tickNanos {@link #ADAPTIVE}, or a fixed interval; 0 writes every tag at once */
    public Pace(long tickNanos, long nowNanos) {
        adapts = tickNanos == ADAPTIVE;
        this.tickNanos = adapts ? 0 : tickNanos;
        windowStartNanos = nowNanos;
    }

    /** Returns the current interval; 0 if every tag is written at once. Thread-safe. */
    public long tickNanos() {
        return tickNanos;
    }

    /** Returns whether a write is due if the last one was at {@code lastNanos}; up to a quarter of a tick early. */
    public static boolean isDue(long tickNanos, long lastNanos, long nowNanos) {
        return nowNanos - lastNanos >= tickNanos - tickNanos / 4;
    }

    /** Returns how long tags that viewers do not wait for, such as audio, may be delayed at most. */
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

    /** Counts one viewer less. */
    public void left() {
        viewers--;
    }

    /** Records the start and end of a write to the viewers of one stream, and adapts the tick. */
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
