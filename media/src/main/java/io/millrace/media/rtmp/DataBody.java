package io.millrace.media.rtmp;

import io.millrace.media.bytes.ByteWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Removes and adds {@code @setDataFrame}, the AMF0 string with which an encoder asks a server to store the values that
 * follow as the stream's metadata. FLV files and players use only those values.
 */
final class DataBody {
    private static final byte[] SET_DATA_FRAME = new ByteWriter().uint8(2).uint16(13)
            .bytes("@setDataFrame".getBytes(StandardCharsets.US_ASCII)).toByteArray();
    private static final byte[] ON_META_DATA = new ByteWriter().uint8(2).uint16(10)
            .bytes("onMetaData".getBytes(StandardCharsets.US_ASCII)).toByteArray();

    private DataBody() {}

    /** Returns a slice of {@code body} after {@code @setDataFrame}, or {@code body} if it does not begin with that. */
    static ByteBuffer withoutSetDataFrame(ByteBuffer body) {
        int size = SET_DATA_FRAME.length;
        return startsWith(body, SET_DATA_FRAME) ? body.slice(body.position() + size, body.remaining() - size) : body;
    }

    /** Returns a copy of {@code onMetaData} after {@code @setDataFrame}; any other body is returned unchanged. */
    static ByteBuffer withSetDataFrame(ByteBuffer body) {
        if (!startsWith(body, ON_META_DATA)) {
            return body;
        }
        return new ByteWriter(SET_DATA_FRAME.length + body.remaining()).bytes(SET_DATA_FRAME).bytes(body).view();
    }

    private static boolean startsWith(ByteBuffer body, byte[] prefix) {
        return body.remaining() >= prefix.length
                && body.slice(body.position(), prefix.length).equals(ByteBuffer.wrap(prefix));
    }
}
