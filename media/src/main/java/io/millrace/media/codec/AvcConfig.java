package io.millrace.media.codec;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1) with what its first SPS says (ITU-T H.264, 7.3.2.1.1).
 *
 * @param record the record's bytes, read-only
 * @param nalLengthSize bytes of a NAL unit's length prefix: 1, 2 or 4
 * @param sps sequence parameter set NAL units, without start code or length
 * @param pps picture parameter set NAL units, likewise
 * @param width of the cropped picture, in luma samples
 * @param height of the cropped picture, in luma samples
 * @param frameRateNumerator frames a second by the VUI timing, 0 if it does not say; advisory only
 * @param frameRateDenominator 1 if the numerator is 0
 */
public record AvcConfig(ByteBuffer record, int profile, int compatibility, int level, int nalLengthSize,
        List<ByteBuffer> sps, List<ByteBuffer> pps, int width, int height, int frameRateNumerator,
        int frameRateDenominator) implements CodecConfig {

    public static AvcConfig parse(ByteBuffer record) {
        throw new UnsupportedOperationException("media.codec room");
    }

    @Override
    public Codec codec() {
        return Codec.AVC;
    }

    @Override
    public String rfc6381() {
        return "avc1.%02x%02x%02x".formatted(profile, compatibility, level);
    }
}
