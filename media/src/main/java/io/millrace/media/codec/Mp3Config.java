package io.millrace.media.codec;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.UnsupportedException;
import java.nio.ByteBuffer;

/**
 * What the header of an MP3 frame says (ISO/IEC 11172-3, 2.4.1.3; 13818-3): there is no sequence header.
 *
 * <p>Layout: {@code sync:11 version:2 layer:2 noCrc:1 | bitrate:4 rate:2 padding:1 private:1 | mode:2 …}. The record is such
 * a header in which what differs from frame to frame is 0.
 *
 * <p>Immutable.
 *
 * @param record four bytes, read-only
 * @param frameLength samples of a frame: 1152, or 576 of the lower rates
 */
public record Mp3Config(ByteBuffer record, int sampleRate, int channels, int frameLength) implements AudioConfig {
    private static final String STRUCTURE = "MPEG audio frame";
    private static final int KEPT = 0xFFFF_0CC0;
    private static final int[] RATES = {44_100, 48_000, 32_000};
    /** Of layer III, by bitrate index; index 0, "free", says no length, and index 15 is forbidden (2.4.2.3). */
    private static final int[] MPEG1_KBITS = {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0};
    private static final int[] MPEG2_KBITS = {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0};
    private static final int MONO = 3;
    private static final int MPEG1_SAMPLES = 1152;
    private static final int MPEG2_SAMPLES = 576;

    public static Mp3Config parse(ByteBuffer record) {
        return ofFrame(record);
    }

    /** What a container says of a track whose frames are not read; the lower rates are those of MPEG-2 and its extension. */
    public static Mp3Config of(int sampleRate, int channels) {
        for (int version : new int[]{3, 2, 0}) {
            for (int rate = 0; rate < RATES.length; rate++) {
                if (RATES[rate] / divisor(version) == sampleRate) {
                    int header = 0x7FF << 21 | version << 19 | 1 << 17 | 1 << 16 | rate << 10
                            | (channels == 1 ? MONO << 6 : 0);
                    return ofFrame(ByteBuffer.allocate(4).putInt(header).flip());
                }
            }
        }
        throw new UnsupportedException(STRUCTURE, "rate", sampleRate, "8000 to 48000 Hz as MPEG has them");
    }

    /** Version 3 is MPEG-1; 2 is MPEG-2 and 0 its extension to the lowest rates. */
    private static int divisor(int version) {
        return version == 3 ? 1 : version == 2 ? 2 : 4;
    }

    public static Mp3Config ofFrame(ByteBuffer frame) {
        int header = new ByteReader(STRUCTURE, frame.duplicate()).int32("header");
        if (header >>> 21 != 0x7FF) {
            throw MalformedException.value(STRUCTURE, "sync", header >>> 21, "2047");
        }
        int version = header >>> 19 & 3;
        int layer = header >>> 17 & 3;
        int rate = header >>> 10 & 3;
        if (layer != 1) {
            throw new UnsupportedException(STRUCTURE, "layer", layer, "1 (layer III)");
        }
        if (version == 1 || rate == 3) {
            throw MalformedException.value(STRUCTURE, "version or rate", "reserved", "others");
        }
        ByteBuffer kept = ByteBuffer.allocate(4).putInt(header & KEPT | 1 << 16).flip().asReadOnlyBuffer();
        return new Mp3Config(kept, RATES[rate] / divisor(version), (header >>> 6 & 3) == MONO ? 1 : 2,
                version == 3 ? MPEG1_SAMPLES : MPEG2_SAMPLES);
    }

    /** Whether the frames are of MPEG-1 (ISO/IEC 11172-3) and not of MPEG-2 or its extension (13818-3). */
    public boolean isMpeg1() {
        return frameLength == MPEG1_SAMPLES;
    }

    /** How long all frames in {@code frame} last: an encoder may put several of them into one message. */
    @Override
    public int frameSamples(ByteBuffer frame) {
        ByteBuffer rest = frame.duplicate();
        int frames = 1;
        while (skipFrame(rest)) {
            frames++;
        }
        return frames * frameLength;
    }

    /** Moves to the frame that follows; false if none of the same configuration follows. */
    private boolean skipFrame(ByteBuffer in) {
        int length = in.remaining() < Integer.BYTES ? 0 : lengthBytes(in.getInt(in.position()));
        if (length == 0 || in.remaining() < length + Integer.BYTES) {
            return false;
        }
        in.position(in.position() + length);
        return (in.getInt(in.position()) & KEPT | 1 << 16) == record.getInt(record.position());
    }

    /** Of the frame with this header; 0 if the header does not say. */
    private int lengthBytes(int header) {
        int kbits = (isMpeg1() ? MPEG1_KBITS : MPEG2_KBITS)[header >>> 12 & 0xF];
        int padding = header >>> 9 & 1;
        return kbits == 0 ? 0 : frameLength / Byte.SIZE * kbits * 1_000 / sampleRate + padding;
    }

    @Override
    public ByteBuffer record() {
        return record.duplicate();
    }

    @Override
    public Codec codec() {
        return Codec.MP3;
    }

    @Override
    public String rfc6381() {
        return "mp4a.40.34";
    }
}
