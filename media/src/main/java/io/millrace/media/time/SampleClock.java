package io.millrace.media.time;

/**
 * Derives the times of an audio track by counting its samples, because timestamps in milliseconds jitter: 21, 21, 22 ms
 * make players stutter. When the count and the timestamps drift too far apart, the clock restarts at the timestamp.
 * Confined to one thread.
 */
public final class SampleClock {
    /** Two AAC frames at 48 kHz: jitter is far below this, and a gap is detected at the second missing frame. */
    private static final long DRIFT_MS = 40;
    private static final long NONE = Long.MIN_VALUE;

    private final int sampleRate;
    private long next = NONE;
    private long last = NONE;

    /** @param sampleRate ticks per second of the clock */
    public SampleClock(int sampleRate) {
        this.sampleRate = sampleRate;
    }

    /**
     * Returns the time of the next frame, in samples; always later than that of the previous frame.
     *
     * @param stampMs the encoder's timestamp in ms
     * @param frameSamples duration of the frame in samples
     */
    public long place(long stampMs, int frameSamples) {
        long stamp = Ticks.rescale(stampMs, Ticks.MILLIS, sampleRate);
        long due = next;
        if (next == NONE || Math.abs(next - stamp) > DRIFT_MS * sampleRate / Ticks.MILLIS) {
            due = last == NONE ? stamp : Math.max(stamp, last + 1);
        }
        last = due;
        next = due + frameSamples;
        return due;
    }

    /** Returns the ticks per second of the clock. */
    public int sampleRate() {
        return sampleRate;
    }

    /** Returns the time at which the next frame is due, in samples; {@link Long#MIN_VALUE} before the first frame. */
    public long next() {
        return next;
    }

    /** Returns the time of the newest frame, in samples; {@link Long#MIN_VALUE} before the first frame. */
    public long last() {
        return last;
    }

    /**
     * Returns a clock that continues from the state of another one, given that clock's {@link #next()}, {@link #last()}
     * and {@link #sampleRate()}.
     */
    public static SampleClock resumed(long next, long last, int sampleRate) {
        SampleClock clock = new SampleClock(sampleRate);
        clock.next = next;
        clock.last = last;
        return clock;
    }
}
