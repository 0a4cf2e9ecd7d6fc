package io.millrace.media.rtmp;

import java.util.Arrays;

/** Type of a message: the type byte of its header. */
enum MessageType {
    SET_CHUNK_SIZE(1), ABORT(2), ACKNOWLEDGEMENT(3), USER_CONTROL(4), WINDOW_ACK_SIZE(5), SET_PEER_BANDWIDTH(6), AUDIO(
            8), VIDEO(9),
    /** A byte 0 followed by AMF0, despite the name; the same holds for type 17. */
    DATA_AMF3(15), COMMAND_AMF3(17), DATA(18), COMMAND(20),
    /** Several audio, video and data messages in one, laid out as FLV tags. */
    AGGREGATE(22),
    /** Shared objects (16, 19) and unknown types: read and ignored. */
    OTHER(-1),
    /** Stands for a media message without a publish, whose body was not kept. Never on the wire. */
    UNWANTED(-1),
    /** Stands for a media message for which the process had no memory. Never on the wire. */
    DROPPED(-1);

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
