package io.millrace.media.codec;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.UnsupportedException;
import java.nio.ByteBuffer;

/**
 * MP3 configuration, from the header of a frame (ISO/IEC 11172-3, 2.4.1.3; 13818-3): MP3 has no sequence header.
 *
 * <p>Layout: {@code sync:11 version:2 layer:2 noCrc:1 | bitrate:4 rate:2 padding:1 private:1 | mode:2 …}. The record is
 * such a header in which the fields that may differ between frames are 0, and noCrc is 1.
 *
 * <p>Immutable.
 *
 * @param record four bytes, read-only
 * @param frameLength samples per frame: 1152, or 576 at the lower rates
 */
public record Mp3Config(ByteBuffer record, int sampleRate, int channels, int frameLength) implements AudioConfig {
    private static final String STRUCTURE = "MPEG audio frame";
    /** The fields of a header that are equal in all frames of a track: sync, version, layer, rate and mode. */
    private static final int KEPT = 0xFFFF_0CC0;
    private static final int SYNC = 0x7FF;
    private static final int MPEG1 = 3;
    private static final int MPEG2 = 2;
    /** The extension of MPEG-2 to the lowest sample rates ("MPEG-2.5"). */
    private static final int MPEG25 = 0;
    private static final int RESERVED_VERSION = 1;
    private static final int LAYER_III = 1;
    /** The bit that is set if no checksum follows the header. */
    private static final int NO_CRC = 1 << 16;
    /** Sample rates of MPEG-1 by rate index, of which 3 is reserved. MPEG-2 has half of each, its extension a quarter. */
    private static final int[] RATES = {44_100, 48_000, 32_000};
    /**
     * Bit rates of layer III in kbit/s by bitrate index. Index 0 ("free") does not define the length, index 15 is
     * forbidden (2.4.2.3).
     */
    private static final int[] MPEG1_KBITS = {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0};
    private static final int[] MPEG2_KBITS = {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0};
    private static final int MONO = 3;
    private static final int MPEG1_SAMPLES = 1152;
    private static final int MPEG2_SAMPLES = 576;

    public static Mp3Config parse(ByteBuffer record) {
        return ofFrame(record);
    }

    /**
     * Returns the configuration of a track from its container, without reading frames. The lower rates belong to MPEG-2
     * and its extension.
     */
    public static Mp3Config of(int sampleRate, int channels) {
        for (int version : new int[]{MPEG1, MPEG2, MPEG25}) {
            for (int rate = 0; rate < RATES.length; rate++) {
                if (RATES[rate] / divisor(version) == sampleRate) {
                    int header = SYNC << 21 | version << 19 | LAYER_III << 17 | NO_CRC | rate << 10
                            | (channels == 1 ? MONO << 6 : 0);
                    return ofFrame(ByteBuffer.allocate(4).putInt(header).flip());
                }
            }
        }
        throw new UnsupportedException(STRUCTURE, "rate", sampleRate, "the MPEG rates from 8000 to 48000 Hz");
    }

    /** Returns the number by which the {@link #RATES} are divided in a version. */
    private static int divisor(int version) {
        return version == MPEG1 ? 1 : version == MPEG2 ? 2 : 4;
    }

    /**
     * Returns the configuration of the track to which a frame belongs.
     *
     * @throws io.millrace.media.bytes.MediaException if this is not the header of a layer III frame
     */
    public static Mp3Config ofFrame(ByteBuffer frame) {
        int header = new ByteReader(STRUCTURE, frame.duplicate()).int32("header");
        if (header >>> 21 != SYNC) {
            throw MalformedException.value(STRUCTURE, "sync", header >>> 21, "2047");
        }
        int version = header >>> 19 & 3;
        int layer = header >>> 17 & 3;
        int rate = header >>> 10 & 3;
        if (layer != LAYER_III) {
            throw new UnsupportedException(STRUCTURE, "layer", layer, "1 (layer III)");
        }
        if (version == RESERVED_VERSION || rate == RATES.length) {
            throw MalformedException.value(STRUCTURE, "version or rate", "reserved", "another value");
        }
        ByteBuffer kept = ByteBuffer.allocate(4).putInt(header & KEPT | NO_CRC).flip().asReadOnlyBuffer();
        return new Mp3Config(kept, RATES[rate] / divisor(version), (header >>> 6 & 3) == MONO ? 1 : 2,
                version == MPEG1 ? MPEG1_SAMPLES : MPEG2_SAMPLES);
    }

    /** Returns whether the frames are MPEG-1 (ISO/IEC 11172-3) and not MPEG-2 or its extension (13818-3). */
    public boolean isMpeg1() {
        return frameLength == MPEG1_SAMPLES;
    }

    /** Returns the duration of all frames in {@code frame}: an encoder may put several into one message. */
    @Override
    public int frameSamples(ByteBuffer frame) {
        ByteBuffer rest = frame.duplicate();
        int frames = 1;
        while (skipFrame(rest)) {
            frames++;
        }
        return frames * frameLength;
    }

    /** Advances to the next frame; returns false if no frame of the same configuration follows. */
    private boolean skipFrame(ByteBuffer in) {
        int length = in.remaining() < Integer.BYTES ? 0 : lengthBytes(in.getInt(in.position()));
        if (length == 0 || in.remaining() < length + Integer.BYTES) {
            return false;
        }
        in.position(in.position() + length);
        return (in.getInt(in.position()) & KEPT | NO_CRC) == record.getInt(record.position());
    }

    /**
     * Returns the size of the frame with this header, including the header; 0 if the header does not define it
     * (2.4.3.1).
     */
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
