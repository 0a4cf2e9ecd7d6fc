package io.millrace.media.codec;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * H.264 configuration: AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1) and fields of its first SPS (ITU-T
 * H.264, 7.3.2.1.1).
 *
 * <p>Layout: {@code 01 | profile | compatibility | level | FC + lengthSize - 1 | E0 + nSPS | {u16 length, SPS} | nPPS |
 * {u16 length, PPS}}. The optional fields after this repeat fields of the SPS and are not read.
 *
 * <p>Immutable: every returned buffer is a view of its own. Limits: {@link #MAX_RECORD_BYTES} and
 * {@link #MAX_PARAMETER_SET_BYTES}; the counts are bounded by the size of their fields ({@link #MAX_SPS},
 * {@link #MAX_PPS}).
 *
 * @param record the bytes of the record, read-only
 * @param nalLengthSize size of a NAL unit's length prefix in bytes: 1, 2 or 4
 * @param sps sequence parameter set NAL units, without start code or length
 * @param pps picture parameter set NAL units, likewise
 * @param picture picture size and frame rate, from the first SPS
 */
public record AvcConfig(ByteBuffer record, int profile, int compatibility, int level, int nalLengthSize,
        List<ByteBuffer> sps, List<ByteBuffer> pps, PictureFormat picture) implements NalConfig {

    private static final String STRUCTURE = "AVCDecoderConfigurationRecord";
    /**
     * Maximum size of one parameter set: real ones have less than 100 bytes, the largest scaling matrices about 1000.
     */
    public static final int MAX_PARAMETER_SET_BYTES = 4096;
    /** Maximum number of SPS that the 5-bit count can express. */
    public static final int MAX_SPS = 31;
    public static final int MAX_PPS = 255;
    private static final int VERSION = 1;

    public static AvcConfig parse(ByteBuffer record) {
        ByteBuffer copy = CodecConfig.copy(STRUCTURE, record);
        var in = new ByteReader(STRUCTURE, copy.duplicate());
        int version = in.uint8("configurationVersion");
        if (version != VERSION) {
            throw new UnsupportedException(STRUCTURE, "configurationVersion", version, "1");
        }
        int profile = in.uint8("AVCProfileIndication");
        int compatibility = in.uint8("profile_compatibility");
        int level = in.uint8("AVCLevelIndication");
        int nalLengthSize = (in.uint8("lengthSizeMinusOne") & 3) + 1;
        if (nalLengthSize == 3) {
            throw MalformedException.value(STRUCTURE, "lengthSizeMinusOne", 2, "0, 1 or 3");
        }
        int spsCount = in.uint8("numOfSequenceParameterSets") & 0x1F;
        if (spsCount == 0) {
            throw MalformedException.value(STRUCTURE, "numOfSequenceParameterSets", 0, "1 to 31");
        }
        List<ByteBuffer> sps = parameterSets(in, spsCount, NalUnits.SPS, "sequenceParameterSetNALUnit");
        int ppsCount = in.uint8("numOfPictureParameterSets");
        List<ByteBuffer> pps = parameterSets(in, ppsCount, NalUnits.PPS, "pictureParameterSetNALUnit");
        return new AvcConfig(copy, profile, compatibility, level, nalLengthSize, sps, pps,
                AvcSps.parse(sps.getFirst()));
    }

    private static List<ByteBuffer> parameterSets(ByteReader in, int count, int type, String field) {
        List<ByteBuffer> units = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int size = in.uint16(field);
            if (size > MAX_PARAMETER_SET_BYTES) {
                throw new OverLimitException(STRUCTURE, field, size, MAX_PARAMETER_SET_BYTES);
            }
            ByteBuffer unit = in.slice(size, field);
            if (size == 0 || (unit.get(0) & 0x1F) != type) {
                String seen = size == 0 ? "empty" : "a NAL unit of type " + (unit.get(0) & 0x1F);
                throw MalformedException.value(STRUCTURE, field, seen, "a NAL unit of type " + type);
            }
            units.add(unit);
        }
        return List.copyOf(units);
    }

    @Override
    public ByteBuffer record() {
        return record.duplicate();
    }

    public List<ByteBuffer> sps() {
        return sps.stream().map(ByteBuffer::duplicate).toList();
    }

    public List<ByteBuffer> pps() {
        return pps.stream().map(ByteBuffer::duplicate).toList();
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
