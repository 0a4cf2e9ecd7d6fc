package io.millrace.media.rtmp;

import java.util.Arrays;

/** The type byte of a message header, with the most bytes that we take of it. */
enum MessageType {
    SET_CHUNK_SIZE(1, RtmpLimits.CONTROL_BYTES), ABORT(2, RtmpLimits.CONTROL_BYTES), ACKNOWLEDGEMENT(3,
            RtmpLimits.CONTROL_BYTES), USER_CONTROL(4, RtmpLimits.CONTROL_BYTES), WINDOW_ACK_SIZE(5,
                    RtmpLimits.CONTROL_BYTES), SET_PEER_BANDWIDTH(6, RtmpLimits.CONTROL_BYTES), AUDIO(8,
                            RtmpLimits.AUDIO_BYTES), VIDEO(9, RtmpLimits.VIDEO_BYTES),
    /** One byte 0, then AMF0, in spite of its name; so is type 17. */
    DATA_AMF3(15, RtmpLimits.DATA_BYTES), COMMAND_AMF3(17, RtmpLimits.COMMAND_BYTES), DATA(18,
            RtmpLimits.DATA_BYTES), COMMAND(20, RtmpLimits.COMMAND_BYTES),
    /** Several audio, video and data messages in one, as FLV tags. */
    AGGREGATE(22, RtmpLimits.VIDEO_BYTES),
    /** Shared objects (16, 19) and whatever else: read and ignored. */
    OTHER(-1, RtmpLimits.COMMAND_BYTES);

    private static final MessageType[] BY_CODE = new MessageType[256];

    static {
        Arrays.fill(BY_CODE, OTHER);
        for (MessageType type : values()) {
            if (type != OTHER) {
                BY_CODE[type.code] = type;
            }
        }
    }

    private final int code;
    private final int limitBytes;

    MessageType(int code, int limitBytes) {
        this.code = code;
        this.limitBytes = limitBytes;
    }

    /** @param code 0 to 255 */
    static MessageType of(int code) {
        return BY_CODE[code];
    }

    int code() {
        return code;
    }

    int limitBytes() {
        return limitBytes;
    }
}
