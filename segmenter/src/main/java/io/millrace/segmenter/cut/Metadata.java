package io.millrace.segmenter.cut;

import io.millrace.media.amf.Amf0Reader;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.MediaException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * What an encoder says of itself in {@code onMetaData} (FLV 10.1, E.5). Immutable.
 *
 * @param declaredBitrate bits a second of all tracks; 0 if it does not say
 * @param encoder the program's name, such as {@code Lavf60.16.100} or {@code obs-output module (libobs version 30.0.2)}, in one
 *     line; empty if it does not say. {@code flashVer} of connect is not that: librtmp says {@code FMLE/3.0} for everybody
 */
record Metadata(long declaredBitrate, String encoder) {
    /** As many as are kept of {@code flashVer}. */
    static final int ENCODER_CHARS = 256;
    private static final Metadata NOTHING = new Metadata(0, "");
    /** More is no bitrate: the field is the encoder's. */
    private static final double MOST_KBIT = 10_000_000;

    /** What {@code body} says; nothing if it is no metadata, or cannot be read. */
    static Metadata parse(ByteBuffer body) {
        try {
            List<AmfValue> values = new Amf0Reader(body.duplicate(), Amf0Reader.Limits.DATA).readAll();
            return values.size() > 1 && values.get(0) instanceof AmfValue.Text(String name)
                    && name.equals("onMetaData") && values.get(1) instanceof AmfValue.Keyed fields
                            ? new Metadata(bitrate(fields), encoder(fields.text("encoder")))
                            : NOTHING;
        } catch (MediaException _) {
            return NOTHING; // verbatim in the log all the same
        }
    }

    private static String encoder(Optional<String> text) {
        return text.orElse("").codePoints().filter(Metadata::isVisible).limit(ENCODER_CHARS)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString().strip();
    }

    /** Nothing that breaks a line or turns the direction of writing. */
    private static boolean isVisible(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED,
                    Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                false;
            default -> true;
        };
    }

    /** Of the video, or it says too little: FFmpeg writes 0 where the encoder has no target. */
    private static long bitrate(AmfValue.Keyed fields) {
        long video = kbit(fields, "videodatarate");
        return video == 0 ? 0 : video + kbit(fields, "audiodatarate");
    }

    private static long kbit(AmfValue.Keyed fields, String name) {
        double kbit = fields.number(name).orElse(0.0);
        return kbit > 0 && kbit < MOST_KBIT ? (long) (kbit * 1_000) : 0;
    }
}
