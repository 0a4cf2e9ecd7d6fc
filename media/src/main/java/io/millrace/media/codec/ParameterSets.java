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

    /** The beginning of the VUI. */
    record PictureInfo(PixelAspect aspect, Color color) {
        static final PictureInfo NONE = new PictureInfo(PixelAspect.SQUARE, Color.UNSPECIFIED);
    }

    /** Reads the VUI up to the point where the two standards differ (H.264 E.1.1, H.265 E.2.1). */
    static PictureInfo pictureInfo(BitReader in) {
        PixelAspect aspect = in.flag("aspect_ratio_info_present_flag") ? aspect(in) : PixelAspect.SQUARE;
        if (in.flag("overscan_info_present_flag")) {
            in.skip(1, "overscan_appropriate_flag");
        }
        Color color = in.flag("video_signal_type_present_flag") ? color(in) : Color.UNSPECIFIED;
        if (in.flag("chroma_loc_info_present_flag")) {
            in.unsignedExpGolomb("chroma_sample_loc_type_top_field");
            in.unsignedExpGolomb("chroma_sample_loc_type_bottom_field");
        }
        return new PictureInfo(aspect, color);
    }

    private static PixelAspect aspect(BitReader in) {
        int index = in.bits(8, "aspect_ratio_idc");
        return index == EXTENDED_SAR
                ? PixelAspect.of(in.bits(16, "sar_width"), in.bits(16, "sar_height"))
                : PixelAspect.ofIndex(index);
    }

    private static Color color(BitReader in) {
        in.skip(3, "video_format");
        boolean fullRange = in.flag("video_full_range_flag");
        Color none = Color.UNSPECIFIED;
        return in.flag("colour_description_present_flag")
                ? new Color(in.bits(8, "colour_primaries"), in.bits(8, "transfer_characteristics"),
                        in.bits(8, "matrix_coefficients"), fullRange)
                : new Color(none.primaries(), none.transfer(), none.matrix(), fullRange);
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
