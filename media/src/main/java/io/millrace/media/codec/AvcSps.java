package io.millrace.media.codec;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.codec.ParameterSets.PictureInfo;
import java.nio.ByteBuffer;

/**
 * Reads the fields of an H.264 sequence parameter set (ITU-T H.264, 7.3.2.1.1 and E.1.1) that are needed here: the size
 * of the cropped picture and the frame rate.
 */
final class AvcSps {
    private static final String STRUCTURE = "seq_parameter_set_data";
    /**
     * Maximum number of macroblocks in a row or column: sqrt(8 * MaxFS) of level 6.2 (A.3.1), the largest picture of
     * any level.
     */
    static final int MAX_MACROBLOCKS_A_SIDE = 1055;
    private static final int MAX_CYCLE = 255;
    private static final int MACROBLOCK = 16;

    private AvcSps() {}

    /** @param nal the NAL unit including its one-byte header */
    static PictureFormat parse(ByteBuffer nal) {
        var in = new BitReader(STRUCTURE, ParameterSets.withoutEmulationPrevention(nal));
        in.skip(8, "nal_unit_header");
        int profile = in.bits(8, "profile_idc");
        in.skip(16, "level_idc");
        in.unsignedExpGolomb(31, "seq_parameter_set_id");
        int chroma = hasChromaFormat(profile) ? chromaArrayType(in) : 1;
        skipPictureOrder(in);
        in.unsignedExpGolomb("max_num_ref_frames");
        in.skip(1, "gaps_in_frame_num_value_allowed_flag");
        int columns = macroblocks(in.unsignedExpGolomb("pic_width_in_mbs_minus1") + 1, "pic_width_in_mbs_minus1");
        long mapUnits = in.unsignedExpGolomb("pic_height_in_map_units_minus1") + 1;
        boolean framesOnly = in.flag("frame_mbs_only_flag");
        if (!framesOnly) {
            in.skip(1, "mb_adaptive_frame_field_flag");
        }
        in.skip(1, "direct_8x8_inference_flag");
        int fields = framesOnly ? 1 : 2;
        int unitX = chroma == 1 || chroma == 2 ? 2 : 1;
        int unitY = (chroma == 1 ? 2 : 1) * fields;
        boolean cropped = in.flag("frame_cropping_flag");
        int width = columns * MACROBLOCK
                - (cropped ? ParameterSets.crop(in, STRUCTURE, unitX, columns * MACROBLOCK, "frame_crop_right") : 0);
        int tall = macroblocks(mapUnits * fields, "pic_height_in_map_units_minus1") * MACROBLOCK;
        int height = tall - (cropped ? ParameterSets.crop(in, STRUCTURE, unitY, tall, "frame_crop_bottom") : 0);
        return withVui(in, width, height);
    }

    private static boolean hasChromaFormat(int profile) {
        return switch (profile) {
            case 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135 -> true;
            default -> false;
        };
    }

    /** Reads the fields of the high profiles; returns ChromaArrayType, 0 for monochrome and separate planes. */
    private static int chromaArrayType(BitReader in) {
        int chroma = in.unsignedExpGolomb(3, "chroma_format_idc");
        boolean separatePlanes = chroma == 3 && in.flag("separate_colour_plane_flag");
        in.unsignedExpGolomb(6, "bit_depth_luma_minus8");
        in.unsignedExpGolomb(6, "bit_depth_chroma_minus8");
        in.skip(1, "qpprime_y_zero_transform_bypass_flag");
        if (in.flag("seq_scaling_matrix_present_flag")) {
            int lists = chroma == 3 ? 12 : 8;
            for (int i = 0; i < lists; i++) {
                if (in.flag("seq_scaling_list_present_flag")) {
                    skipScalingList(in, i < 6 ? 16 : 64);
                }
            }
        }
        return separatePlanes ? 0 : chroma;
    }

    private static void skipScalingList(BitReader in, int size) {
        int last = 8;
        for (int i = 0; i < size; i++) {
            int next = last + in.signedExpGolomb("delta_scale") & 0xFF;
            if (next == 0) {
                return;
            }
            last = next;
        }
    }

    private static void skipPictureOrder(BitReader in) {
        in.unsignedExpGolomb(12, "log2_max_frame_num_minus4");
        int type = in.unsignedExpGolomb(2, "pic_order_cnt_type");
        if (type == 0) {
            in.unsignedExpGolomb(12, "log2_max_pic_order_cnt_lsb_minus4");
        } else if (type == 1) {
            in.skip(1, "delta_pic_order_always_zero_flag");
            in.signedExpGolomb("offset_for_non_ref_pic");
            in.signedExpGolomb("offset_for_top_to_bottom_field");
            int cycle = in.unsignedExpGolomb(MAX_CYCLE, "num_ref_frames_in_pic_order_cnt_cycle");
            for (int i = 0; i < cycle; i++) {
                in.signedExpGolomb("offset_for_ref_frame");
            }
        }
    }

    private static int macroblocks(long count, String field) {
        if (count > MAX_MACROBLOCKS_A_SIDE) {
            throw new OverLimitException(STRUCTURE, field, count, MAX_MACROBLOCKS_A_SIDE);
        }
        return (int) count;
    }

    /** Adds what the VUI says. It is advisory, so a truncated VUI is not an error. */
    private static PictureFormat withVui(BitReader in, int width, int height) {
        PictureInfo info = PictureInfo.NONE;
        FrameRate rate = FrameRate.UNKNOWN;
        try {
            if (in.flag("vui_parameters_present_flag")) {
                info = ParameterSets.pictureInfo(in);
                rate = vuiFrameRate(in);
            }
        } catch (MalformedException _) {
            // The fields after the end are unknown.
        }
        return new PictureFormat(width, height, rate, info.aspect(), info.color());
    }

    private static FrameRate vuiFrameRate(BitReader in) {
        if (!in.flag("timing_info_present_flag")) {
            return FrameRate.UNKNOWN;
        }
        // A tick is the duration of a field, hence the factor 2 in the denominator.
        long unitsInTick = in.longBits(32, "num_units_in_tick");
        return FrameRate.of(in.longBits(32, "time_scale"), 2 * unitsInTick);
    }
}
