package io.millrace.media.codec;

import io.millrace.media.bytes.MalformedException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The parts that sequence parameter sets of H.264 and H.265 have in common. */
final class ParameterSets {
    private static final int EXTENDED_SAR = 255;

    private ParameterSets() {}

    /**
     * Returns the payload of a NAL unit without emulation prevention bytes, the 03 in each 00 00 03 (H.264 7.4.1.1,
     * H.265 7.4.2).
     */
    static byte[] withoutEmulationPrevention(ByteBuffer nal) {
        byte[] payload = new byte[nal.remaining()];
        int size = 0;
        int zeros = 0;
        for (int i = nal.position(); i < nal.limit(); i++) {
            byte value = nal.get(i);
            if (zeros >= 2 && value == 3) {
                zeros = 0;
                continue;
            }
            zeros = value == 0 ? zeros + 1 : 0;
            payload[size++] = value;
        }
        return Arrays.copyOf(payload, size);
    }

    /** Skips the VUI up to the point where the two standards differ (H.264 E.1.1, H.265 E.2.1). */
    static void skipPictureInfo(BitReader in) {
        if (in.flag("aspect_ratio_info_present_flag") && in.bits(8, "aspect_ratio_idc") == EXTENDED_SAR) {
            in.skip(32, "sar_width");
        }
        if (in.flag("overscan_info_present_flag")) {
            in.skip(1, "overscan_appropriate_flag");
        }
        if (in.flag("video_signal_type_present_flag")) {
            in.skip(4, "video_format");
            if (in.flag("colour_description_present_flag")) {
                in.skip(24, "colour_primaries");
            }
        }
        if (in.flag("chroma_loc_info_present_flag")) {
            in.unsignedExpGolomb("chroma_sample_loc_type_top_field");
            in.unsignedExpGolomb("chroma_sample_loc_type_bottom_field");
        }
    }

    /** Reads both crop offsets of one dimension; returns their sum in luma samples. */
    static int crop(BitReader in, String structure, int unit, int size, String field) {
        long cut = (in.unsignedExpGolomb(field) + in.unsignedExpGolomb(field)) * unit;
        if (cut >= size) {
            throw MalformedException.value(structure, field, cut, "less than " + size);
        }
        return (int) cut;
    }
}
