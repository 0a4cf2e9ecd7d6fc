package io.millrace.segmenter.cut;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.time.SampleClock;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.Packet;

/**
 * Times of the audio track on the current timeline. Counts samples, because the encoder's millisecond timestamps
 * jitter.
 */
final class AudioClock {
    private SampleClock samples = new SampleClock(0);

    void beginLine() {
        samples = new SampleClock(samples.sampleRate());
    }

    /** @param frameSamples duration of the frame in samples */
    Draft place(long offset, Packet packet, long originMs, TrackConfig config, int frameSamples) {
        if (config.sampleRate() != samples.sampleRate()) {
            samples = new SampleClock(config.sampleRate());
        }
        long dts = samples.place(packet.timestampMs() - originMs, frameSamples);
        return new Draft(offset, packet, dts, 0, frameSamples);
    }

    /** Returns the presentation time of {@code dts}, 90 kHz. */
    long due(long dts) {
        return Ticks.rescale(dts, samples.sampleRate(), Ticks.MPEG);
    }

    void write(ByteWriter out) {
        samples.write(out);
    }

    static AudioClock read(ByteReader in) {
        AudioClock clock = new AudioClock();
        clock.samples = SampleClock.read(in);
        return clock;
    }
}
