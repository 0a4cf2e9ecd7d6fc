package io.millrace.media.flv;

import java.nio.ByteBuffer;

/**
 * One tag of an FLV stream (Adobe FLV 10.1, E.4.1).
 *
 * <p>Layout: {@code type:8 | size:24 | timestamp's low 24 bits | its high 8 bits | streamId:24 = 0 | body}, then
 * {@code previousTagSize:32 = 11 + size}.
 *
 * <p>Immutable as long as nobody writes to the body.
 *
 * @param timestampMs the 32 bits of the wire: readers of FLV take them as signed
 * @param body what remains of it
 */
public record FlvTag(Type type, int timestampMs, ByteBuffer body) {
    /** Bytes in front of the body. */
    public static final int HEADER_BYTES = 11;
    /** Bytes behind it. */
    public static final int TRAILER_BYTES = 4;
    /** The largest body that the size field can say. */
    public static final int MAX_BODY_BYTES = 0xFF_FFFF;

    /** What the body is. */
    public enum Type {
        AUDIO(8), VIDEO(9), SCRIPT_AMF3(15), SCRIPT(18);

        private final int code;

        Type(int code) {
            this.code = code;
        }

        /** The tag type, which is also the RTMP message type. */
        public int code() {
            return code;
        }
    }
}
