package io.millrace.segmenter.cut;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.time.SampleClock;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.Packet;

/** Times of the audio track on the current time line: its samples counted, because millisecond stamps jitter. */
final class AudioClock {
    private SampleClock samples = new SampleClock(0);

    void beginLine() {
        samples = new SampleClock(samples.sampleRate());
    }

    /** @param frameSamples how long the frame lasts */
    Draft place(long offset, Packet packet, long originMs, TrackConfig config, int frameSamples) {
        if (config.sampleRate() != samples.sampleRate()) {
            samples = new SampleClock(config.sampleRate());
        }
        long dts = samples.place(packet.timestampMs() - originMs, frameSamples);
        return new Draft(offset, packet, dts, 0, frameSamples);
    }

    /** When {@code dts} is due, 90 kHz. */
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
