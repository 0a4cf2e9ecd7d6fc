package io.millrace.media.rtmp;

import java.util.Arrays;

/** The type byte of a message header. */
enum MessageType {
    SET_CHUNK_SIZE(1), ABORT(2), ACKNOWLEDGEMENT(3), USER_CONTROL(4), WINDOW_ACK_SIZE(5), SET_PEER_BANDWIDTH(6), AUDIO(
            8), VIDEO(9),
    /** One byte 0, then AMF0, in spite of its name; so is type 17. */
    DATA_AMF3(15), COMMAND_AMF3(17), DATA(18), COMMAND(20),
    /** Several audio, video and data messages in one, as FLV tags. */
    AGGREGATE(22),
    /** Shared objects (16, 19) and whatever else: read and ignored. */
    OTHER(-1),
    /** Media before a publish, of which nothing is kept: never on the wire. */
    UNWANTED(-1);

    private static final MessageType[] BY_CODE = new MessageType[256];

    static {
        Arrays.fill(BY_CODE, OTHER);
        for (MessageType type : values()) {
            if (type.code >= 0) {
                BY_CODE[type.code] = type;
            }
        }
    }

    private final int code;

    MessageType(int code) {
        this.code = code;
    }

    /** @param code 0 to 255 */
    static MessageType of(int code) {
        return BY_CODE[code];
    }

    int code() {
        return code;
    }
}
