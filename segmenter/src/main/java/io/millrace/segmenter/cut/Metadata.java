package io.millrace.segmenter.cut;

import io.millrace.media.amf.Amf0Reader;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.MediaException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * The parts of an encoder's {@code onMetaData} (FLV 10.1, E.5) that the directory uses. Immutable.
 *
 * @param declaredBitrate bits per second of all tracks; 0 if not declared
 * @param encoder name of the encoding program in one line, such as {@code Lavf60.16.100} or
 *        {@code obs-output module (libobs version 30.0.2)}; empty if not declared. The connect command's
 *        {@code flashVer} is no substitute: librtmp sends {@code FMLE/3.0} for every program
 */
record Metadata(long declaredBitrate, String encoder) {
    /** Length limit of the encoder's name, the same as that of {@code flashVer}. */
    static final int ENCODER_CHARS = 256;
    private static final Metadata NOTHING = new Metadata(0, "");
    /** Values from this on are ignored, because the encoder controls the field. */
    private static final double MOST_KBIT = 10_000_000;

    /** Parses {@code body}; returns empty metadata if {@code body} is not an onMetaData or cannot be read. */
    static Metadata parse(ByteBuffer body) {
        try {
            List<AmfValue> values = new Amf0Reader(body.duplicate(), Amf0Reader.Limits.DATA).readAll();
            return values.size() > 1 && values.get(0) instanceof AmfValue.Text(String name)
                    && name.equals("onMetaData") && values.get(1) instanceof AmfValue.Keyed fields
                            ? new Metadata(bitrate(fields), encoder(fields.text("encoder")))
                            : NOTHING;
        } catch (MediaException _) {
            return NOTHING; // the log still contains it verbatim
        }
    }

    private static String encoder(Optional<String> text) {
        return text.orElse("").codePoints().filter(Metadata::isVisible).limit(ENCODER_CHARS)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString().strip();
    }

    /** Returns false for characters that could break a line or change the direction of the text. */
    private static boolean isVisible(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED,
                    Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                false;
            default -> true;
        };
    }

    /**
     * Returns the declared bitrate of all tracks. Returns 0 if there is no video bitrate, because the total would be
     * too low: FFmpeg writes 0 if the encoder has no target bitrate.
     */
    private static long bitrate(AmfValue.Keyed fields) {
        long video = kbit(fields, "videodatarate");
        return video == 0 ? 0 : video + kbit(fields, "audiodatarate");
    }

    private static long kbit(AmfValue.Keyed fields, String name) {
        double kbit = fields.number(name).orElse(0.0);
        return kbit > 0 && kbit < MOST_KBIT ? (long) (kbit * 1_000) : 0;
    }
}
