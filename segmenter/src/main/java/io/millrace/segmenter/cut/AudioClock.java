package io.millrace.segmenter.cut;

import io.millrace.media.time.SampleClock;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.RecordSchema.Generic;

/**
 * Computes the times of the audio track's frames on the current line of timestamps. Counts samples, because the
 * encoder's millisecond timestamps jitter.
 */
final class AudioClock {
    private SampleClock samples = new SampleClock(0);

    /** Begins a new line of timestamps, at time 0. */
    void beginLine() {
        samples = new SampleClock(samples.sampleRate());
    }

    /**
     * Computes the times of the next frame.
     *
     * @param originMs timestamp at time 0 of the line
     * @param frameSamples duration of the frame in samples
     */
    Draft place(Frame frame, long originMs, TrackConfig config, int frameSamples) {
        if (config.sampleRate() != samples.sampleRate()) {
            samples = new SampleClock(config.sampleRate());
        }
        long dts = samples.place(frame.timestampMs() - originMs, frameSamples);
        return new Draft(frame, dts, 0, frameSamples);
    }

    /** Converts {@code dts} from samples to 90 kHz ticks. */
    long due(long dts) {
        return Ticks.rescale(dts, samples.sampleRate(), Ticks.MPEG);
    }

    Generic write(Generic g) {
        return g.put("next", samples.next()).put("last", samples.last()).put("sampleRate", samples.sampleRate());
    }

    static AudioClock read(Generic g) {
        AudioClock clock = new AudioClock();
        clock.samples = SampleClock.resumed(g.int64("next"), g.int64("last"), g.int32("sampleRate"));
        return clock;
    }
}
