package io.millrace.media.codec;

import io.millrace.media.bytes.MalformedException;
import java.nio.ByteBuffer;

/**
 * The fields of a sequence header OBU (AV1 bitstream, 5.5) that are needed here: maximum picture size and colours.
 *
 * <p>Immutable.
 *
 * @param stillPicture whether the header is a reduced still picture header
 */
record Av1SequenceHeader(boolean stillPicture, int width, int height, Color color) {
    private static final String STRUCTURE = "sequence_header_obu";
    private static final int SRGB_TRANSFER = 13;
    private static final int SELECT = 2;

    static Av1SequenceHeader parse(ByteBuffer payload) {
        byte[] bytes = new byte[payload.remaining()];
        payload.get(payload.position(), bytes);
        var in = new BitReader(STRUCTURE, bytes);
        int profile = in.bits(3, "seq_profile");
        in.skip(1, "still_picture");
        boolean reduced = in.flag("reduced_still_picture_header");
        if (reduced) {
            in.skip(5, "seq_level_idx");
        } else {
            skipOperatingPoints(in);
        }
        int widthBits = in.bits(4, "frame_width_bits_minus_1") + 1;
        int heightBits = in.bits(4, "frame_height_bits_minus_1") + 1;
        int width = in.bits(widthBits, "max_frame_width_minus_1") + 1;
        int height = in.bits(heightBits, "max_frame_height_minus_1") + 1;
        return new Av1SequenceHeader(reduced, width, height, color(in, profile, reduced));
    }

    private static void skipOperatingPoints(BitReader in) {
        int delayBits = 0;
        if (in.flag("timing_info_present_flag")) {
            in.skip(64, "num_units_in_display_tick");
            if (in.flag("equal_picture_interval")) {
                in.unsignedExpGolomb("num_ticks_per_picture_minus_1");
            }
            if (in.flag("decoder_model_info_present_flag")) {
                delayBits = in.bits(5, "buffer_delay_length_minus_1") + 1;
                in.skip(42, "num_units_in_decoding_tick");
            }
        }
        boolean displayDelay = in.flag("initial_display_delay_present_flag");
        for (int left = in.bits(5, "operating_points_cnt_minus_1") + 1; left > 0; left--) {
            in.skip(12, "operating_point_idc");
            if (in.bits(5, "seq_level_idx") > 7) {
                in.skip(1, "seq_tier");
            }
            if (delayBits > 0 && in.flag("decoder_model_present_for_this_op")) {
                in.skip(2 * delayBits + 1, "decoder_buffer_delay");
            }
            if (displayDelay && in.flag("initial_display_delay_present_for_this_op")) {
                in.skip(4, "initial_display_delay_minus_1");
            }
        }
    }

    /** Reads the colours. They are advisory, so if the header is truncated before them they are unspecified. */
    private static Color color(BitReader in, int profile, boolean reduced) {
        try {
            skipTools(in, reduced);
            return colorConfig(in, profile);
        } catch (MalformedException _) {
            return Color.UNSPECIFIED;
        }
    }

    private static void skipTools(BitReader in, boolean reduced) {
        if (!reduced && in.flag("frame_id_numbers_present_flag")) {
            in.skip(7, "delta_frame_id_length_minus_2");
        }
        in.skip(3, "use_128x128_superblock");
        if (!reduced) {
            in.skip(4, "enable_interintra_compound");
            boolean orderHint = in.flag("enable_order_hint");
            if (orderHint) {
                in.skip(2, "enable_jnt_comp");
            }
            int screenContent = in.flag("seq_choose_screen_content_tools")
                    ? SELECT
                    : in.bits(1, "seq_force_screen_content_tools");
            if (screenContent > 0 && !in.flag("seq_choose_integer_mv")) {
                in.skip(1, "seq_force_integer_mv");
            }
            if (orderHint) {
                in.skip(3, "order_hint_bits_minus_1");
            }
        }
        in.skip(3, "enable_superres");
    }

    /** Reads color_config (5.5.2). */
    private static Color colorConfig(BitReader in, int profile) {
        boolean high = in.flag("high_bitdepth");
        if (profile == 2 && high) {
            in.skip(1, "twelve_bit");
        }
        boolean monochrome = profile != 1 && in.flag("mono_chrome");
        int primaries = 2;
        int transfer = 2;
        int matrix = 2;
        if (in.flag("color_description_present_flag")) {
            primaries = in.bits(8, "color_primaries");
            transfer = in.bits(8, "transfer_characteristics");
            matrix = in.bits(8, "matrix_coefficients");
        }
        boolean rgb = !monochrome && primaries == 1 && transfer == SRGB_TRANSFER && matrix == 0;
        return new Color(primaries, transfer, matrix, rgb || in.flag("color_range"));
    }
}
