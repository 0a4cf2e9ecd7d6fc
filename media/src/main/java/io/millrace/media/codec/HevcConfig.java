package io.millrace.media.codec;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * H.265 configuration: HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1) and fields of its first SPS (ITU-T
 * H.265, 7.3.2.2).
 *
 * <p>Layout: {@code 01 | space:2 tier:1 profile:5 | compatibility:32 | constraints:48 | level:8 | F000 +
 * segmentation:12 | FC + parallelism:2 | FC + chroma:2 | F8 + luma - 8:3 | F8 + chroma - 8:3 | avgFrameRate:16 |
 * constant:2 layers:3 nested:1 lengthSize - 1:2 | nArrays:8 | {complete:1 0 type:6 | count:16 | {length:16, NAL
 * unit}}}.
 *
 * <p>Immutable: every returned buffer is a view of its own. Limits: {@link #MAX_RECORD_BYTES}, {@link #MAX_UNITS}; a
 * parameter set of {@link AvcConfig#MAX_PARAMETER_SET_BYTES}.
 *
 * @param record the bytes of the record, read-only
 * @param profile profile, tier and level
 * @param nalLengthSize size of a NAL unit's length prefix in bytes: 1, 2 or 4
 * @param parameterSets VPS, SPS and PPS NAL units, without start code or length, in the order of the record
 * @param hdrUnits SEI NAL units with the static HDR metadata
 * @param picture picture size and frame rate, from the first SPS
 * @param hdr static HDR metadata, from SEI messages in the record
 */
public record HevcConfig(ByteBuffer record, ProfileTierLevel profile, int nalLengthSize,
        List<ByteBuffer> parameterSets, List<ByteBuffer> hdrUnits, PictureFormat picture,
        StaticHdr hdr) implements NalConfig {

    private static final String STRUCTURE = "HEVCDecoderConfigurationRecord";
    /** Maximum number of NAL units over all arrays; real records have three, and an SEI that names the encoder. */
    public static final int MAX_UNITS = 64;

    /**
     * Profile, tier and level (ITU-T H.265, 7.3.3).
     *
     * @param space 0, or 1 to 3 for A, B, C
     * @param highTier true for the High tier, false for the Main tier
     * @param constraints the six bytes of general constraint flags, the first one in the highest bits
     */
    public record ProfileTierLevel(int space, boolean highTier, int profile, int compatibility, long constraints,
            int level) {
        private static final int CONSTRAINT_BYTES = 6;

        /** Reads the fields as they are in the configuration record. */
        static ProfileTierLevel read(ByteReader in) {
            int profile = in.uint8("general_profile_idc");
            int compatibility = in.int32("general_profile_compatibility_flags");
            long constraints = in.uint32("general_constraint_indicator_flags") << 16
                    | in.uint16("general_constraint_indicator_flags");
            return new ProfileTierLevel(profile >>> 6, (profile & 0x20) != 0, profile & 0x1F, compatibility,
                    constraints, in.uint8("general_level_idc"));
        }

        /** Returns the codec string (ISO/IEC 14496-15, E.3), without trailing constraint bytes that are zero. */
        String rfc6381() {
            String spaceLetter = space == 0 ? "" : String.valueOf((char) ('A' + space - 1));
            StringBuilder text = new StringBuilder("hvc1.").append(spaceLetter).append(profile).append('.')
                    .append(Integer.toHexString(Integer.reverse(compatibility)).toUpperCase(Locale.ROOT)).append('.')
                    .append(highTier ? 'H' : 'L').append(level);
            long left = constraints;
            for (int i = 0; i < CONSTRAINT_BYTES && left != 0; i++) {
                text.append('.').append("%X".formatted(left >>> 40 & 0xFF));
                left = left << 8 & 0xFFFF_FFFF_FFFFL;
            }
            return text.toString();
        }
    }

    public static HevcConfig parse(ByteBuffer record) {
        ByteBuffer copy = CodecConfig.copy(STRUCTURE, record);
        var in = new ByteReader(STRUCTURE, copy.duplicate());
        int version = in.uint8("configurationVersion");
        if (version > 1) { // drafts of the standard used 0, with the same layout
            throw new UnsupportedException(STRUCTURE, "configurationVersion", version, "0 or 1");
        }
        ProfileTierLevel profile = ProfileTierLevel.read(in);
        in.skip(8, "avgFrameRate");
        int nalLengthSize = (in.uint8("lengthSizeMinusOne") & 3) + 1;
        if (nalLengthSize == 3) {
            throw MalformedException.value(STRUCTURE, "lengthSizeMinusOne", 2, "0, 1 or 3");
        }
        List<ByteBuffer> sets = new ArrayList<>();
        List<ByteBuffer> hdrUnits = new ArrayList<>();
        StaticHdr hdr = arrays(in, sets, hdrUnits);
        ByteBuffer firstSps = sets.stream().filter(set -> HevcNal.type(set.get(0)) == HevcNal.SPS).findFirst()
                .orElseThrow(() -> new MalformedException(STRUCTURE, "numOfArrays", "contains no SPS"));
        return new HevcConfig(copy, profile, nalLengthSize, List.copyOf(sets), List.copyOf(hdrUnits),
                HevcSps.parse(firstSps), hdr);
    }

    /**
     * Reads the parameter sets into {@code sets}, and the SEI with HDR metadata into {@code hdrUnits}; returns that
     * metadata.
     */
    private static StaticHdr arrays(ByteReader in, List<ByteBuffer> sets, List<ByteBuffer> hdrUnits) {
        StaticHdr hdr = StaticHdr.NONE;
        int units = 0;
        for (int arrays = in.uint8("numOfArrays"); arrays > 0; arrays--) {
            int type = in.uint8("NAL_unit_type") & 0x3F;
            for (int count = in.uint16("numNalus"); count > 0; count--) {
                if (++units > MAX_UNITS) {
                    throw new OverLimitException(STRUCTURE, "numNalus", units, MAX_UNITS);
                }
                ByteBuffer unit = in.slice(in.uint16("nalUnitLength"), "nalUnit");
                if (type == HevcNal.VPS || type == HevcNal.SPS || type == HevcNal.PPS) {
                    check(unit, type);
                    sets.add(unit);
                } else if (type == HdrSei.PREFIX_SEI) {
                    StaticHdr known = hdr;
                    hdr = HdrSei.read(unit, known);
                    if (hdr != known) {
                        hdrUnits.add(unit);
                    }
                }
            }
        }
        return hdr;
    }

    private static void check(ByteBuffer unit, int type) {
        if (unit.remaining() > AvcConfig.MAX_PARAMETER_SET_BYTES) {
            throw new OverLimitException(STRUCTURE, "nalUnitLength", unit.remaining(),
                    AvcConfig.MAX_PARAMETER_SET_BYTES);
        }
        if (unit.remaining() < HevcNal.HEADER_BYTES || HevcNal.type(unit.get(0)) != type) {
            throw MalformedException.value(STRUCTURE, "nalUnit", "empty or of another type", "a NAL unit of type "
                    + type);
        }
    }

    @Override
    public ByteBuffer record() {
        return record.duplicate();
    }

    public List<ByteBuffer> parameterSets() {
        return parameterSets.stream().map(ByteBuffer::duplicate).toList();
    }

    public List<ByteBuffer> hdrUnits() {
        return hdrUnits.stream().map(ByteBuffer::duplicate).toList();
    }

    @Override
    public Codec codec() {
        return Codec.HEVC;
    }

    @Override
    public String rfc6381() {
        return profile.rfc6381();
    }
}
