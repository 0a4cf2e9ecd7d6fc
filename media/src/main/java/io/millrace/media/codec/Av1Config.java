package io.millrace.media.codec;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.UnsupportedException;
import java.nio.ByteBuffer;

/**
 * AV1 configuration: AV1CodecConfigurationRecord (AV1 in ISOBMFF 1.3, 2.3) and fields of its sequence header, if it
 * contains one.
 *
 * <p>Layout: {@code marker:1 = 1 version:7 = 1 | profile:3 level:5 | tier:1 highBitDepth:1 twelveBit:1 monochrome:1
 * subX:1 subY:1 samplePosition:2 | delay:8 | OBUs}.
 *
 * <p>Immutable. Limit: {@link #MAX_RECORD_BYTES}.
 *
 * @param record the bytes of the record, read-only
 * @param width from the sequence header; 0 without one
 * @param height from the sequence header; 0 without one
 */
public record Av1Config(ByteBuffer record, int profile, int level, boolean highTier, SampleFormat samples, int width,
        int height) implements VideoConfig {

    private static final String STRUCTURE = "AV1CodecConfigurationRecord";
    private static final int MARKER_AND_VERSION = 0x81;

    /**
     * The form of the samples.
     *
     * @param subsampling as in the codec string: three decimal digits
     * @param color colours from the sequence header; unspecified without one
     */
    public record SampleFormat(int bitDepth, boolean monochrome, int subsampling, Color color) {
        /** Returns whether a codec string without the optional fields means the same. */
        boolean isDefault() {
            return !monochrome && subsampling / 10 == 11 && color.isDefault();
        }
    }

    public static Av1Config parse(ByteBuffer record) {
        ByteBuffer copy = CodecConfig.copy(STRUCTURE, record);
        var in = new ByteReader(STRUCTURE, copy.duplicate());
        int version = in.uint8("version");
        if ((version & 0x80) == 0) {
            throw MalformedException.value(STRUCTURE, "marker", 0, "1");
        }
        if (version != MARKER_AND_VERSION) {
            throw new UnsupportedException(STRUCTURE, "version", version & 0x7F, "1");
        }
        int profile = in.uint8("seq_profile");
        int flags = in.uint8("seq_tier_0");
        in.skip(1, "initial_presentation_delay_minus_one");
        Av1SequenceHeader header = Av1Obu.sequenceHeader(in.rest());
        int bitDepth = (flags & 0x40) == 0 ? 8 : (flags & 0x20) == 0 ? 10 : 12;
        var samples = new SampleFormat(bitDepth, (flags & 0x10) != 0, subsampling(flags),
                header == null ? Color.UNSPECIFIED : header.color());
        return new Av1Config(copy, profile >>> 5, profile & 0x1F, (flags & 0x80) != 0, samples,
                header == null ? 0 : header.width(), header == null ? 0 : header.height());
    }

    /**
     * Returns the three digits of the codec string: horizontal and vertical subsampling, and the chroma sample position
     * if both are subsampled.
     */
    private static int subsampling(int flags) {
        int x = flags >>> 3 & 1;
        int y = flags >>> 2 & 1;
        return 100 * x + 10 * y + (x + y == 2 ? flags & 3 : 0);
    }

    @Override
    public ByteBuffer record() {
        return record.duplicate();
    }

    @Override
    public Color color() {
        return samples.color();
    }

    @Override
    public PictureSize pictureSize(ByteBuffer keyFrame) {
        Av1SequenceHeader header = width == 0 ? Av1Obu.sequenceHeader(keyFrame) : null;
        return header == null ? new PictureSize(width, height) : new PictureSize(header.width(), header.height());
    }

    @Override
    public Codec codec() {
        return Codec.AV1;
    }

    /**
     * Returns the codec string (AV1 in ISOBMFF, section 5), with all optional fields if one of their defaults would be
     * wrong.
     */
    @Override
    public String rfc6381() {
        String brief = "av01.%d.%02d%c.%02d".formatted(profile, level, highTier ? 'H' : 'M', samples.bitDepth());
        Color color = samples.color();
        return samples.isDefault()
                ? brief
                : brief + ".%d.%03d.%02d.%02d.%02d.%d".formatted(samples.monochrome() ? 1 : 0, samples.subsampling(),
                        color.primaries(),
                        color.transfer(), color.matrix(), color.fullRange() ? 1 : 0);
    }
}
