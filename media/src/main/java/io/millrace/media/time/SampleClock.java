package io.millrace.media.time;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.ByteWriter;

/**
 * Times of an audio track by counting its samples, because stamps in milliseconds jitter: 21, 21, 22 ms make players
 * stutter. The count starts anew where it and the stamps have drifted apart. Confined to one thread.
 */
public final class SampleClock {
    /** Two frames of AAC at 48 kHz: jitter is far below, a missing frame is found at the second. */
    private static final long DRIFT_MS = 40;
    private static final long NONE = Long.MIN_VALUE;

    private final int sampleRate;
    private long next = NONE;
    private long last = NONE;

    /** @param sampleRate ticks a second of its times */
    public SampleClock(int sampleRate) {
        this.sampleRate = sampleRate;
    }

    /**
     * When the next frame is due, in samples; later than the one before.
     *
     * @param stampMs what the encoder says
     * @param frameSamples how long it lasts
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

    /** Ticks a second of its times. */
    public int sampleRate() {
        return sampleRate;
    }

    /** The whole state: {@code next:64 | last:64 | rate:32}. */
    public void write(ByteWriter out) {
        out.int64(next).int64(last).uint32(sampleRate);
    }

    /** A clock that goes on where the one that was written did. */
    public static SampleClock read(ByteReader in) {
        long next = in.int64("next");
        long last = in.int64("last");
        SampleClock clock = new SampleClock(in.int32("sampleRate"));
        clock.next = next;
        clock.last = last;
        return clock;
    }
}
