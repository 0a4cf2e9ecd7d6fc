package io.millrace.segmenter.cut;

import io.millrace.media.amf.Amf0Reader;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.MediaException;
import java.nio.ByteBuffer;
import java.util.List;

/** What an encoder says of itself in {@code onMetaData} (FLV 10.1, E.5). Pure. */
final class Metadata {
    /** More is no bitrate: the field is the encoder's. */
    private static final double MOST_KBIT = 10_000_000;

    private Metadata() {}

    /** Bits a second of all tracks; 0 if it does not say, or cannot be read. */
    static long declaredBitrate(ByteBuffer body) {
        try {
            List<AmfValue> values = new Amf0Reader(body.duplicate(), Amf0Reader.Limits.DATA).readAll();
            return values.size() > 1 && values.get(0) instanceof AmfValue.Text(String name)
                    && name.equals("onMetaData") && values.get(1) instanceof AmfValue.Keyed fields
                            ? bitrate(fields)
                            : 0;
        } catch (MediaException _) {
            return 0; // verbatim in the log all the same
        }
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
