package io.millrace.media.rtmp;

import io.millrace.media.bytes.OverLimitException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** What a reader remembers of one csid: the last header, and the message that is not complete yet. */
final class ChunkStream {
    private static final byte[] EMPTY = {};
    /** Copies a byte of a large message once more on average, and holds at most twice of what arrived. */
    private static final int GROWTH = 2;

    private final RtmpLimits.MessageBytes limits;
    private final PartialMemory memory;

    /** The timestamp (fmt 0) or delta (fmt 1, 2) of the last header, extended or not. */
    int stamp;
    boolean extended;
    int streamId;
    /** True from the header of a message to its last byte. */
    boolean partial;

    private MessageType type = MessageType.OTHER;
    private int length;
    private int timestamp;
    private byte[] body = EMPTY;
    private int filled;
    /** Its body is counted and not kept. */
    private boolean passedOver;

    ChunkStream(RtmpLimits.MessageBytes limits, PartialMemory memory) {
        this.limits = limits;
        this.memory = memory;
    }

    void describe(int lengthBytes, int typeCode) {
        type = MessageType.of(typeCode);
        length = lengthBytes;
        int limitBytes = limits.of(type);
        if (length > limitBytes) {
            throw new OverLimitException("message type " + typeCode, "length", length, limitBytes);
        }
    }

    /** A fmt 3 that starts a message repeats the delta; right after a fmt 0 that is the timestamp itself (5.3.1.2.4). */
    void startMessage(boolean absolute) {
        timestamp = absolute ? stamp : timestamp + stamp;
        partial = true;
        passedOver = isMedia() && !memory.takesMedia();
    }

    private boolean isMedia() {
        return switch (type) {
            case AUDIO, VIDEO, AGGREGATE, DATA, DATA_AMF3 -> true;
            case SET_CHUNK_SIZE, ABORT, ACKNOWLEDGEMENT, USER_CONTROL, WINDOW_ACK_SIZE, SET_PEER_BANDWIDTH, COMMAND,
                    COMMAND_AMF3, OTHER, UNWANTED ->
                false;
        };
    }

    int missing() {
        return length - filled;
    }

    /** Takes up to {@code most} bytes and returns their number. */
    int append(ByteBuffer source, int most) {
        int count = Math.min(source.remaining(), most);
        if (passedOver) {
            source.position(source.position() + count);
        } else {
            if (filled + count > body.length) {
                grow(filled + count);
            }
            source.get(body, filled, count);
        }
        filled += count;
        return count;
    }

    private void grow(int needed) {
        int wanted = Math.max(needed, Math.max(memory.eagerBytes(), body.length * GROWTH));
        int capacity = Math.min(length, wanted);
        memory.take(capacity - body.length);
        body = Arrays.copyOf(body, capacity);
    }

    /** The complete message; without its body if that was passed over. */
    RawMessage takeMessage() {
        RawMessage message = new RawMessage(passedOver ? MessageType.UNWANTED : type, timestamp, streamId,
                ByteBuffer.wrap(body));
        dropMessage();
        return message;
    }

    void dropMessage() {
        memory.giveBack(body.length);
        body = EMPTY;
        filled = 0;
        partial = false;
    }
}
