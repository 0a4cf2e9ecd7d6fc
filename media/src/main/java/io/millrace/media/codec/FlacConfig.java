package io.millrace.media.codec;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import java.nio.ByteBuffer;

/**
 * FLAC configuration: STREAMINFO (RFC 9639, 8.2), either after {@code 'fLaC'} and a block header, as Enhanced RTMP
 * specifies, or bare, as FFmpeg writes it.
 *
 * <p>Layout: {@code minBlock:16 | maxBlock:16 | minFrame:24 | maxFrame:24 | rate:20 | channels - 1:3 | bits - 1:5 |
 * samples:36 | MD5:128}.
 *
 * <p>Immutable. Limit: {@link #MAX_RECORD_BYTES}.
 *
 * @param record the bytes of the record, read-only
 */
public record FlacConfig(ByteBuffer record, int sampleRate, int channels, int bitsPerSample) implements AudioConfig {
    private static final String STRUCTURE = "STREAMINFO";
    private static final int MAGIC = 0x664C_6143;
    private static final int STREAMINFO_BYTES = 34;
    private static final int SYNC = 0x3FFE;

    public static FlacConfig parse(ByteBuffer record) {
        ByteBuffer copy = CodecConfig.copy(STRUCTURE, record);
        var in = new ByteReader(STRUCTURE, copy.duplicate());
        if (copy.remaining() > STREAMINFO_BYTES && copy.getInt(0) == MAGIC) {
            in.skip(4, "magic");
            int type = in.uint8("blockType") & 0x7F;
            int length = in.uint24("blockLength");
            if (type != 0 || length != STREAMINFO_BYTES) {
                throw MalformedException.value(STRUCTURE, "blockType", type + " of " + length + " bytes",
                        "0 of 34 bytes");
            }
        }
        in.skip(10, "blockSizes");
        long format = in.int64("sampleRate");
        in.skip(16, "MD5");
        int sampleRate = (int) (format >>> 44);
        if (sampleRate == 0) {
            throw MalformedException.value(STRUCTURE, "sampleRate", 0, "1 to 1048575");
        }
        return new FlacConfig(copy, sampleRate, (int) (format >>> 41 & 7) + 1, (int) (format >>> 36 & 31) + 1);
    }

    /** Returns the STREAMINFO block without its header: 34 bytes. */
    public ByteBuffer streamInfo() {
        ByteBuffer bytes = record();
        int start = bytes.remaining() > STREAMINFO_BYTES && bytes.getInt(bytes.position()) == MAGIC ? 8 : 0;
        return bytes.slice(bytes.position() + start, STREAMINFO_BYTES);
    }

    /**
     * Frame header (RFC 9639, 9.1): {@code sync:14 0:1 strategy:1 | blockSize:4 rate:4 | channels:4 bits:3 0:1 | coded
     * number | size}.
     */
    @Override
    public int frameSamples(ByteBuffer frame) {
        var in = new ByteReader("FLAC frame", frame.duplicate());
        int sync = in.uint16("sync") >>> 2;
        if (sync != SYNC) {
            throw MalformedException.value("FLAC frame", "sync", sync, String.valueOf(SYNC));
        }
        int code = in.uint8("blockSize") >>> 4;
        return switch (code) {
            case 0 -> throw MalformedException.value("FLAC frame", "blockSize", 0, "1 to 15");
            case 1 -> 192;
            case 2, 3, 4, 5 -> 576 << code - 2;
            case 6 -> behindNumber(in).uint8("blockSize") + 1;
            case 7 -> behindNumber(in).uint16("blockSize") + 1;
            default -> 256 << code - 8;
        };
    }

    /** Skips the frame or sample number, which is coded like a UTF-8 character of up to 7 bytes. */
    private static ByteReader behindNumber(ByteReader in) {
        in.skip(1, "channels");
        int first = in.uint8("codedNumber");
        int ones = Integer.numberOfLeadingZeros(~(first << 24));
        in.skip(Math.max(0, ones - 1), "codedNumber");
        return in;
    }

    @Override
    public ByteBuffer record() {
        return record.duplicate();
    }

    @Override
    public Codec codec() {
        return Codec.FLAC;
    }

    @Override
    public String rfc6381() {
        return "fLaC";
    }
}
