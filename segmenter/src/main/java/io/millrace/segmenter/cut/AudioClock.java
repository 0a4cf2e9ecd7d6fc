package io.millrace.segmenter.cut;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.Packet;

/**
 * Counts the audio track's samples from an anchor, because millisecond stamps jitter. It takes a new anchor only where the
 * count and the stamp have drifted apart.
 */
final class AudioClock {
    /** Two frames of AAC at 48 kHz: jitter is far below, a missing frame is found at the second. */
    private static final long DRIFT_MS = 40;
    private static final long NONE = Long.MIN_VALUE;

    private long nextDts = NONE;
    private long lastDts = NONE;
    private int sampleRate;

    void beginLine() {
        nextDts = NONE;
        lastDts = NONE;
    }

    Draft place(long offset, Packet packet, long originMs, TrackConfig config) {
        if (config.sampleRate() != sampleRate) {
            beginLine();
            sampleRate = config.sampleRate();
        }
        long stamp = Ticks.rescale(packet.timestampMs() - originMs, Ticks.MILLIS, sampleRate);
        long dts = nextDts;
        if (nextDts == NONE || Math.abs(nextDts - stamp) > DRIFT_MS * sampleRate / Ticks.MILLIS) {
            dts = lastDts == NONE ? stamp : Math.max(stamp, lastDts + 1);
        }
        lastDts = dts;
        nextDts = dts + config.frameSamples();
        return new Draft(offset, packet, dts, 0, config.frameSamples());
    }

    /** When {@code dts} is due, 90 kHz. */
    long due(long dts) {
        return Ticks.rescale(dts, sampleRate, Ticks.MPEG);
    }

    void write(ByteWriter out) {
        out.int64(nextDts).int64(lastDts).uint32(sampleRate);
    }

    static AudioClock read(ByteReader in) {
        AudioClock clock = new AudioClock();
        clock.nextDts = in.int64("nextDts");
        clock.lastDts = in.int64("lastDts");
        clock.sampleRate = in.int32("sampleRate");
        return clock;
    }
}
