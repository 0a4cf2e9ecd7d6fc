package io.millrace.media.rtmp;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** State of one incoming chunk stream: its last header and the message being assembled. */
final class ChunkStream {
    private static final byte[] EMPTY = {};
    /**
     * Growth factor of a body's array: each byte is copied once more on average, and the array is at most twice the
     * bytes that have arrived.
     */
    private static final int GROWTH = 2;

    private final RtmpLimits.MessageBytes limits;
    private final PartialMemory memory;

    /** The timestamp (fmt 0) or delta (fmt 1, 2) of the last header in ms, including an extended one. */
    int stamp;
    /** Whether the last header had an extended timestamp, which fmt 3 chunks then repeat. */
    boolean extended;
    int streamId;
    /** True from a message's header until its last byte. */
    boolean partial;

    private MessageType type = MessageType.OTHER;
    private int length;
    private int timestamp;
    private byte[] body = EMPTY;
    /** Body bytes of the message that have arrived. */
    private int filled;
    /** If the body is counted but not kept, the type under which the message is reported; null if the body is kept. */
    private MessageType skippedAs;

    ChunkStream(RtmpLimits.MessageBytes limits, PartialMemory memory) {
        this.limits = limits;
        this.memory = memory;
    }

    /**
     * Sets length and type of the next message.
     *
     * @throws OverLimitException if messages of this type must be shorter
     */
    void describe(int lengthBytes, int typeCode) {
        type = MessageType.of(typeCode);
        length = lengthBytes;
        int limitBytes = limits.of(type);
        if (length > limitBytes) {
            throw new OverLimitException("message type " + typeCode, "length", length, limitBytes);
        }
    }

    /**
     * Starts a message. A fmt 3 chunk that starts a message repeats the delta; after a fmt 0 chunk, the delta is that
     * chunk's timestamp (5.3.1.2.4).
     */
    void startMessage(boolean absolute) {
        timestamp = absolute ? stamp : timestamp + stamp;
        partial = true;
        skippedAs = null;
        if (isMedia()) {
            switch (memory.mediaUse()) {
                case REFUSED -> throw new MalformedException("session", "message", type + " before publish");
                case SKIPPED -> skippedAs = MessageType.UNWANTED;
                case KEPT -> {
                }
            }
        }
    }

    /** Returns whether a media message is being assembled and its body kept. */
    boolean isKeptMedia() {
        return partial && skippedAs == null && isMedia();
    }

    private boolean isMedia() {
        return switch (type) {
            case AUDIO, VIDEO, AGGREGATE, DATA, DATA_AMF3 -> true;
            case SET_CHUNK_SIZE, ABORT, ACKNOWLEDGEMENT, USER_CONTROL, WINDOW_ACK_SIZE, SET_PEER_BANDWIDTH, COMMAND,
                    COMMAND_AMF3, OTHER, UNWANTED,
                    DROPPED ->
                false;
        };
    }

    int missing() {
        return length - filled;
    }

    /** Grows the body's array for {@code count} more bytes; returns false if the process has no memory for them. */
    boolean makeRoom(int count) {
        return skippedAs != null || filled + count <= body.length || grow(filled + count);
    }

    private boolean grow(int needed) {
        int wanted = Math.max(needed, Math.max(memory.eagerBytes(), body.length * GROWTH));
        int capacity = Math.min(length, wanted);
        boolean taken = memory.tryTake(capacity - body.length);
        if (taken) {
            body = Arrays.copyOf(body, capacity);
        }
        return taken;
    }

    /** Consumes {@code count} bytes, for which {@link #makeRoom} has succeeded. */
    void append(ByteBuffer source, int count) {
        if (skippedAs == null) {
            source.get(body, filled, count);
        } else {
            source.position(source.position() + count);
        }
        filled += count;
    }

    /** Returns the memory that the incomplete message holds. */
    int heldBytes() {
        return body.length;
    }

    /** Releases the memory of the message. The rest of its body is counted but not kept. */
    void skipMessage() {
        skippedAs = MessageType.DROPPED;
        memory.giveBack(body.length);
        body = EMPTY;
    }

    /** Returns the complete message, without its body if that was not kept. */
    RawMessage takeMessage() {
        RawMessage message = new RawMessage(skippedAs == null ? type : skippedAs, timestamp, streamId,
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
