package io.millrace.media.flv;

import java.nio.ByteBuffer;

/**
 * One tag of an FLV stream (Adobe FLV 10.1, E.4.1).
 *
 * <p>Layout: {@code type:8 | size:24 | timestamp low 24 bits | timestamp high 8 bits | streamId:24 = 0 | body}, then
 * {@code previousTagSize:32 = 11 + size}.
 *
 * <p>Immutable as long as nobody writes to the body.
 *
 * @param timestampMs the 32-bit value on the wire, which FLV readers interpret as signed
 * @param body the bytes between the buffer's position and limit
 */
public record FlvTag(Type type, int timestampMs, ByteBuffer body) {
    /** Size of the header before the body. */
    public static final int HEADER_BYTES = 11;
    /** Size of the trailer after the body. */
    public static final int TRAILER_BYTES = 4;
    /** The largest body that the 24-bit size field can express. */
    public static final int MAX_BODY_BYTES = 0xFF_FFFF;

    /** Content of the body. */
    public enum Type {
        AUDIO(8), VIDEO(9), SCRIPT_AMF3(15), SCRIPT(18);

        private final int code;

        Type(int code) {
            this.code = code;
        }

        /** Returns the tag type on the wire, which is also the RTMP message type. */
        public int code() {
            return code;
        }
    }
}
