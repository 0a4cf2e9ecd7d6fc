package io.millrace.media.codec;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import java.nio.ByteBuffer;

/**
 * VP9 configuration: VPCodecConfigurationRecord (VP Codec ISO Media File Format Binding 1.0).
 *
 * <p>Layout: {@code [01 000000, the version and flags of the box, which FFmpeg includes] | profile:8 | level:8 |
 * bitDepth:4 chroma:3 fullRange:1 | primaries:8 | transfer:8 | matrix:8 | initializationSize:16 = 0}. The record does
 * not contain the picture size.
 *
 * <p>Immutable. Limit: {@link #MAX_RECORD_BYTES}.
 *
 * @param record the bytes of the record, read-only
 * @param chroma 0 and 1 are 4:2:0, 2 is 4:2:2, 3 is 4:4:4
 */
public record Vp9Config(ByteBuffer record, int profile, int level, int bitDepth, int chroma,
        Color color) implements VideoConfig {

    private static final String STRUCTURE = "VPCodecConfigurationRecord";
    private static final int BOX_HEAD = 0x0100_0000;
    private static final int BOX_HEAD_BYTES = 4;
    private static final int SYNC_CODE = 0x49_83_42;
    private static final int RGB = 7;
    /** As much of a key frame as contains its size. */
    private static final int HEADER_BYTES = 16;

    public static Vp9Config parse(ByteBuffer record) {
        ByteBuffer copy = CodecConfig.copy(STRUCTURE, record);
        var in = new ByteReader(STRUCTURE, copy.duplicate());
        if (hasBoxHead(copy)) {
            // A record cannot start with these bytes itself: its third byte would be a bit depth of 0.
            in.skip(BOX_HEAD_BYTES, "version");
        }
        int profile = in.uint8("profile");
        int level = in.uint8("level");
        int depth = in.uint8("bitDepth");
        if (profile > 3) {
            throw MalformedException.value(STRUCTURE, "profile", profile, "0 to 3");
        }
        int bitDepth = depth >>> 4;
        if (bitDepth != 8 && bitDepth != 10 && bitDepth != 12) {
            throw MalformedException.value(STRUCTURE, "bitDepth", bitDepth, "8, 10, 12");
        }
        var color = new Color(in.uint8("colourPrimaries"), in.uint8("transferCharacteristics"),
                in.uint8("matrixCoefficients"), (depth & 1) != 0);
        return new Vp9Config(copy, profile, level, bitDepth, depth >>> 1 & 7, color);
    }

    private static boolean hasBoxHead(ByteBuffer record) {
        return record.remaining() >= BOX_HEAD_BYTES && record.getInt(record.position()) == BOX_HEAD;
    }

    /** Returns the record without the version and flags of the box. */
    public ByteBuffer fields() {
        ByteBuffer fields = record();
        return hasBoxHead(fields) ? fields.position(fields.position() + BOX_HEAD_BYTES) : fields;
    }

    /**
     * Reads the size from the uncompressed header of a key frame (VP9 bitstream, 6.2); that of another frame is 0 x 0.
     */
    @Override
    public PictureSize pictureSize(ByteBuffer keyFrame) {
        if (!isKey(keyFrame)) {
            return PictureSize.NONE;
        }
        byte[] head = new byte[Math.min(HEADER_BYTES, keyFrame.remaining())];
        keyFrame.get(keyFrame.position(), head);
        var in = new BitReader("uncompressed_header", head);
        in.skip(2, "frame_marker");
        int bits = in.bits(2, "profile");
        int frameProfile = bits >>> 1 | (bits & 1) << 1;
        in.skip((frameProfile == 3 ? 1 : 0) + 4, "show_existing_frame");
        int sync = in.bits(24, "frame_sync_code");
        if (sync != SYNC_CODE) {
            throw MalformedException.value("uncompressed_header", "frame_sync_code", sync, String.valueOf(SYNC_CODE));
        }
        in.skip(frameProfile >= 2 ? 1 : 0, "ten_or_twelve_bit");
        boolean subsampling = (frameProfile & 1) == 1;
        if (in.bits(3, "color_space") == RGB) {
            in.skip(subsampling ? 1 : 0, "reserved_zero");
        } else {
            in.skip(subsampling ? 4 : 1, "color_range");
        }
        return new PictureSize(in.bits(16, "frame_width_minus_1") + 1, in.bits(16, "frame_height_minus_1") + 1);
    }

    /**
     * Returns whether a frame is a key frame according to frame_type in its uncompressed header (VP9 bitstream, 6.2).
     */
    public static boolean isKey(ByteBuffer frame) {
        if (!frame.hasRemaining()) {
            return false;
        }
        int head = frame.get(frame.position()) & 0xFF;
        if (head >>> 6 != 2) {
            throw MalformedException.value("uncompressed_header", "frame_marker", head >>> 6, "2");
        }
        // frame_marker:2 profile:2, a reserved bit in profile 3, show_existing_frame:1 frame_type:1
        int shift = (head & 0x30) == 0x30 ? 1 : 2;
        return (head >>> shift & 3) == 0;
    }

    @Override
    public ByteBuffer record() {
        return record.duplicate();
    }

    @Override
    public Codec codec() {
        return Codec.VP9;
    }

    @Override
    public int width() {
        return 0;
    }

    @Override
    public int height() {
        return 0;
    }

    /**
     * Returns the codec string, with all optional fields if their defaults (4:2:0, BT.709, limited range) would be
     * wrong.
     */
    @Override
    public String rfc6381() {
        String brief = "vp09.%02d.%02d.%02d".formatted(profile, level, bitDepth);
        return chroma <= 1 && color.isDefault()
                ? brief
                : brief + ".%02d.%02d.%02d.%02d.%02d".formatted(chroma, color.primaries(), color.transfer(),
                        color.matrix(), color.fullRange() ? 1 : 0);
    }
}
