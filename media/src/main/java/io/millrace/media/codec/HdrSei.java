package io.millrace.media.codec;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.codec.StaticHdr.Chromaticity;
import io.millrace.media.codec.StaticHdr.ContentLight;
import io.millrace.media.codec.StaticHdr.MasteringDisplay;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Reads static HDR metadata from an SEI NAL unit of H.265 (ITU-T H.265, 7.3.5, D.2.28 and D.2.35): {@code {FF* type, FF*
 * size, payload}*}. SEI is advisory, so a truncated message ends the search without an error.
 */
final class HdrSei {
    static final int PREFIX_SEI = 39;

    private static final int MASTERING_DISPLAY = 137;
    private static final int MASTERING_DISPLAY_BYTES = 24;
    private static final int CONTENT_LIGHT = 144;
    private static final int CONTENT_LIGHT_BYTES = 4;

    private HdrSei() {}

    /** Returns {@code known} with the metadata that the NAL unit contains. */
    static StaticHdr read(ByteBuffer nal, StaticHdr known) {
        ByteBuffer in = ByteBuffer.wrap(ParameterSets.withoutEmulationPrevention(nal));
        in.position(Math.min(HevcNal.HEADER_BYTES, in.limit()));
        StaticHdr found = known;
        // The last byte contains the trailing bit of the payload, so a further message needs more than two bytes.
        while (in.remaining() > 2) {
            int type = coded(in);
            int size = coded(in);
            if (size < 0 || size > in.remaining()) {
                return found;
            }
            found = message(type, in.slice(in.position(), size), found);
            in.position(in.position() + size);
        }
        return found;
    }

    private static StaticHdr message(int type, ByteBuffer payload, StaticHdr known) {
        if (type == MASTERING_DISPLAY && payload.remaining() >= MASTERING_DISPLAY_BYTES) {
            var in = new ByteReader("mastering_display_colour_volume", payload);
            var primaries = List.of(chromaticity(in), chromaticity(in), chromaticity(in));
            return new StaticHdr(new MasteringDisplay(primaries, chromaticity(in),
                    in.uint32("max_display_mastering_luminance"), in.uint32("min_display_mastering_luminance")),
                    known.light());
        }
        if (type == CONTENT_LIGHT && payload.remaining() >= CONTENT_LIGHT_BYTES) {
            var in = new ByteReader("content_light_level_info", payload);
            return new StaticHdr(known.mastering(), new ContentLight(in.uint16("max_content_light_level"),
                    in.uint16("max_pic_average_light_level")));
        }
        return known;
    }

    private static Chromaticity chromaticity(ByteReader in) {
        return new Chromaticity(in.uint16("display_primaries_x"), in.uint16("display_primaries_y"));
    }

    /** Reads the sum of bytes up to and including the first that is not 255; negative at the end of the unit. */
    private static int coded(ByteBuffer in) {
        int value = 0;
        while (in.hasRemaining()) {
            int next = in.get() & 0xFF;
            value += next;
            if (next != 0xFF) {
                return value;
            }
        }
        return -1;
    }
}
