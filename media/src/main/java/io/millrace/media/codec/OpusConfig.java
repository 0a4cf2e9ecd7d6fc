package io.millrace.media.codec;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import java.nio.ByteBuffer;

/**
 * Opus configuration: the identification header (RFC 7845, 5.1). Encoders may leave it empty, which means stereo.
 *
 * <p>Layout, little-endian: {@code 'OpusHead' | version:8 | channels:8 | preSkip:16 | inputRate:32 | gain:16 |
 * mapping:8 …}.
 *
 * <p>Immutable. Limit: {@link #MAX_RECORD_BYTES}.
 *
 * @param record the bytes of the record, read-only
 * @param preSkip samples at 48 kHz that a player discards at the start
 */
public record OpusConfig(ByteBuffer record, int channels, int preSkip) implements AudioConfig {
    /** Time base of Opus, regardless of the encoder's input rate. */
    public static final int SAMPLE_RATE = 48_000;

    private static final String STRUCTURE = "OpusHead";
    private static final long MAGIC = 0x4F70_7573_4865_6164L;
    private static final int STEREO = 2;
    /** Maximum samples of one packet: 120 ms (RFC 6716, 3.2.5). */
    private static final int MAX_PACKET_SAMPLES = 5_760;
    /** Samples of one frame by the lowest bits of the configuration. */
    private static final int[] SILK = {480, 960, 1_920, 2_880};
    private static final int[] CELT = {120, 240, 480, 960};

    public static OpusConfig parse(ByteBuffer record) {
        ByteBuffer copy = CodecConfig.copy(STRUCTURE, record);
        if (!copy.hasRemaining()) {
            return new OpusConfig(copy, STEREO, 0);
        }
        var in = new ByteReader(STRUCTURE, copy.duplicate());
        if (in.int64("magic") != MAGIC) {
            throw MalformedException.value(STRUCTURE, "magic", "another value", "'OpusHead'");
        }
        in.skip(1, "version");
        int channels = in.uint8("channels");
        if (channels == 0) {
            throw MalformedException.value(STRUCTURE, "channels", 0, "1 to 255");
        }
        int preSkip = Short.reverseBytes((short) in.uint16("preSkip")) & 0xFFFF;
        in.skip(7, "inputSampleRate");
        return new OpusConfig(copy, channels, preSkip);
    }

    /**
     * Computes the duration from the first byte (RFC 6716, 3.1), which contains the frame length and, except for code
     * 3, the number of frames.
     */
    @Override
    public int frameSamples(ByteBuffer frame) {
        var in = new ByteReader("Opus", frame.duplicate());
        int toc = in.uint8("TOC");
        int config = toc >>> 3;
        int samples = config < 12 ? SILK[config & 3] : config < 16 ? SILK[config & 1] : CELT[config & 3];
        int count = switch (toc & 3) {
            case 0 -> 1;
            case 1, 2 -> 2;
            default -> in.uint8("frameCount") & 0x3F;
        };
        if (count == 0) {
            throw MalformedException.value("Opus", "frameCount", 0, "1 to 48");
        }
        if (count * samples > MAX_PACKET_SAMPLES) {
            throw new OverLimitException("Opus", "samples", count * (long) samples, MAX_PACKET_SAMPLES);
        }
        return count * samples;
    }

    @Override
    public ByteBuffer record() {
        return record.duplicate();
    }

    @Override
    public int sampleRate() {
        return SAMPLE_RATE;
    }

    @Override
    public int delaySamples() {
        return preSkip;
    }

    @Override
    public Codec codec() {
        return Codec.OPUS;
    }

    @Override
    public String rfc6381() {
        return "Opus";
    }
}
