package io.millrace.media.codec;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.codec.ParameterSets.PictureInfo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the fields of an H.265 sequence parameter set (ITU-T H.265, 7.3.2.2 and E.2.1) that are needed here: the size
 * of the cropped picture and the frame rate.
 *
 * <p>Every loop is bounded by the standard's limit for its counter.
 */
final class HevcSps {
    private static final String STRUCTURE = "seq_parameter_set_rbsp";
    /**
     * Maximum number of luma samples in a row or column: sqrt(8 * MaxLumaPs) of level 6.2 (A.4.1), the largest picture
     * of any level.
     */
    static final int MAX_SAMPLES_A_SIDE = 16_888;
    private static final int MAX_SUB_LAYERS = 7;
    private static final int PROFILE_BITS = 88;
    private static final int MAX_REFERENCE_SETS = 64;
    private static final int MAX_REFERENCES = 16;
    private static final int MAX_LONG_TERM = 32;

    private HevcSps() {}

    /** @param nal the NAL unit including its two-byte header */
    static PictureFormat parse(ByteBuffer nal) {
        var in = new BitReader(STRUCTURE, ParameterSets.withoutEmulationPrevention(nal));
        in.skip(20, "sps_video_parameter_set_id");
        int subLayers = in.bits(3, "sps_max_sub_layers_minus1") + 1;
        if (subLayers > MAX_SUB_LAYERS) {
            throw MalformedException.value(STRUCTURE, "sps_max_sub_layers_minus1", subLayers - 1, "0 to 6");
        }
        in.skip(1, "sps_temporal_id_nesting_flag");
        skipProfileTierLevel(in, subLayers);
        in.unsignedExpGolomb(15, "sps_seq_parameter_set_id");
        int chroma = in.unsignedExpGolomb(3, "chroma_format_idc");
        boolean separatePlanes = chroma == 3 && in.flag("separate_colour_plane_flag");
        int codedWidth = samples(in, "pic_width_in_luma_samples");
        int codedHeight = samples(in, "pic_height_in_luma_samples");
        int unitX = !separatePlanes && (chroma == 1 || chroma == 2) ? 2 : 1;
        int unitY = !separatePlanes && chroma == 1 ? 2 : 1;
        int width = codedWidth;
        int height = codedHeight;
        if (in.flag("conformance_window_flag")) {
            width -= ParameterSets.crop(in, STRUCTURE, unitX, codedWidth, "conf_win_right_offset");
            height -= ParameterSets.crop(in, STRUCTURE, unitY, codedHeight, "conf_win_bottom_offset");
        }
        return withVui(in, subLayers, width, height);
    }

    private static int samples(BitReader in, String field) {
        long count = in.unsignedExpGolomb(field);
        if (count == 0) {
            throw MalformedException.value(STRUCTURE, field, 0, "1 or more");
        }
        if (count > MAX_SAMPLES_A_SIDE) {
            throw new OverLimitException(STRUCTURE, field, count, MAX_SAMPLES_A_SIDE);
        }
        return (int) count;
    }

    /** Skips profile_tier_level (7.3.3). */
    private static void skipProfileTierLevel(BitReader in, int subLayers) {
        in.skip(PROFILE_BITS + 8, "general_profile_idc");
        if (subLayers == 1) {
            return;
        }
        int flags = in.bits(16, "sub_layer_profile_present_flag");
        for (int i = 0; i < subLayers - 1; i++) {
            boolean profile = (flags & 0x8000 >>> 2 * i) != 0;
            boolean level = (flags & 0x4000 >>> 2 * i) != 0;
            in.skip((profile ? PROFILE_BITS : 0) + (level ? 8 : 0), "sub_layer_profile_idc");
        }
    }

    /** Adds what the VUI says. It is advisory, so an SPS that is truncated before or in it is not an error. */
    private static PictureFormat withVui(BitReader in, int subLayers, int width, int height) {
        PictureInfo info = PictureInfo.NONE;
        FrameRate rate = FrameRate.UNKNOWN;
        try {
            skipCodingTools(in, subLayers);
            if (in.flag("vui_parameters_present_flag")) {
                info = ParameterSets.pictureInfo(in);
                rate = vuiFrameRate(in);
            }
        } catch (MalformedException _) {
            // The fields after the end are unknown.
        }
        return new PictureFormat(width, height, rate, info.aspect(), info.color());
    }

    private static void skipCodingTools(BitReader in, int subLayers) {
        in.unsignedExpGolomb("bit_depth_luma_minus8");
        in.unsignedExpGolomb("bit_depth_chroma_minus8");
        int pictureOrderBits = in.unsignedExpGolomb(12, "log2_max_pic_order_cnt_lsb_minus4") + 4;
        int orders = in.flag("sps_sub_layer_ordering_info_present_flag") ? subLayers : 1;
        for (int i = 0; i < orders * 3; i++) {
            in.unsignedExpGolomb("sps_max_dec_pic_buffering_minus1");
        }
        for (int i = 0; i < 6; i++) {
            in.unsignedExpGolomb("log2_min_luma_coding_block_size_minus3");
        }
        if (in.flag("scaling_list_enabled_flag") && in.flag("sps_scaling_list_data_present_flag")) {
            skipScalingLists(in);
        }
        in.skip(2, "amp_enabled_flag");
        if (in.flag("pcm_enabled_flag")) {
            in.skip(8, "pcm_sample_bit_depth_luma_minus1");
            in.unsignedExpGolomb("log2_min_pcm_luma_coding_block_size_minus3");
            in.unsignedExpGolomb("log2_diff_max_min_pcm_luma_coding_block_size");
            in.skip(1, "pcm_loop_filter_disabled_flag");
        }
        skipReferenceSets(in);
        if (in.flag("long_term_ref_pics_present_flag")) {
            int count = in.unsignedExpGolomb(MAX_LONG_TERM, "num_long_term_ref_pics_sps");
            in.skip(count * (pictureOrderBits + 1), "lt_ref_pic_poc_lsb_sps");
        }
        in.skip(2, "sps_temporal_mvp_enabled_flag");
    }

    /** Skips scaling_list_data (7.3.4). */
    private static void skipScalingLists(BitReader in) {
        for (int size = 0; size < 4; size++) {
            for (int matrix = 0; matrix < 6; matrix += size == 3 ? 3 : 1) {
                if (!in.flag("scaling_list_pred_mode_flag")) {
                    in.unsignedExpGolomb("scaling_list_pred_matrix_id_delta");
                    continue;
                }
                int coefficients = Math.min(64, 1 << 4 + 2 * size) + (size > 1 ? 1 : 0);
                for (int i = 0; i < coefficients; i++) {
                    in.signedExpGolomb("scaling_list_delta_coef");
                }
            }
        }
    }

    private static void skipReferenceSets(BitReader in) {
        int count = in.unsignedExpGolomb(MAX_REFERENCE_SETS, "num_short_term_ref_pic_sets");
        List<Long> deltas = List.of();
        for (int i = 0; i < count; i++) {
            boolean predicted = i > 0 && in.flag("inter_ref_pic_set_prediction_flag");
            deltas = predicted ? predictedSet(in, deltas) : referenceSet(in);
        }
    }

    /** Reads st_ref_pic_set (7.3.7); returns the picture order differences of the set, negative ones first. */
    private static List<Long> referenceSet(BitReader in) {
        int negative = in.unsignedExpGolomb(MAX_REFERENCES, "num_negative_pics");
        int positive = in.unsignedExpGolomb(MAX_REFERENCES, "num_positive_pics");
        List<Long> deltas = new ArrayList<>();
        for (int sign : new int[]{-1, 1}) {
            long delta = 0;
            for (int i = sign < 0 ? negative : positive; i > 0; i--) {
                delta += sign * (in.unsignedExpGolomb("delta_poc_minus1") + 1);
                in.skip(1, "used_by_curr_pic_flag");
                deltas.add(delta);
            }
        }
        return deltas;
    }

    /** Reads a set that is predicted from the previous one, on whose size its length depends (7-61, 7-62). */
    private static List<Long> predictedSet(BitReader in, List<Long> from) {
        boolean back = in.flag("delta_rps_sign");
        long shift = (in.unsignedExpGolomb("abs_delta_rps_minus1") + 1) * (back ? -1 : 1);
        List<Long> deltas = new ArrayList<>();
        for (int j = 0; j <= from.size(); j++) {
            boolean kept = in.flag("used_by_curr_pic_flag") || in.flag("use_delta_flag");
            long delta = (j < from.size() ? from.get(j) : 0) + shift;
            if (kept && delta != 0) {
                deltas.add(delta);
            }
        }
        if (deltas.size() > MAX_REFERENCES) {
            throw MalformedException.value(STRUCTURE, "use_delta_flag", deltas.size(), "0 to " + MAX_REFERENCES);
        }
        return deltas;
    }

    private static FrameRate vuiFrameRate(BitReader in) {
        in.skip(3, "neutral_chroma_indication_flag");
        if (in.flag("default_display_window_flag")) {
            for (int i = 0; i < 4; i++) {
                in.unsignedExpGolomb("def_disp_win_left_offset");
            }
        }
        if (!in.flag("vui_timing_info_present_flag")) {
            return FrameRate.UNKNOWN;
        }
        long unitsInTick = in.longBits(32, "vui_num_units_in_tick");
        return FrameRate.of(in.longBits(32, "vui_time_scale"), unitsInTick);
    }
}
