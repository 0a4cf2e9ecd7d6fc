package io.millrace.media.rtmp;

import java.nio.ByteBuffer;

/**
 * Messages to players as chunks that are the same for all of them, whenever each has come: whole headers (fmt 0) with absolute
 * times, on message stream {@link #STREAM_ID}, in chunks of the size that {@link ServerSession} announces to everybody, on
 * chunk streams that it does not use itself. So any run of messages can be given to any player between two messages of its
 * session.
 *
 * <p>Layout of a message: {@code fmt 0, csid:8 | timestamp:24 | length:24 | type:8 | streamId:32 LE | [timestamp:32] | body},
 * where {@code fmt 3, csid:8 | [timestamp:32]} follows every {@link MessageLink#CHUNK_SIZE} bytes of the body. The timestamp of
 * 32 bits is there from 0xFFFFFF ms on.
 *
 * <p>Pure.
 */
public final class PlayChunks {
    /** The first of createStream, and so the only one of nearly every player; for another one see {@link #readdress}. */
    public static final int STREAM_ID = 1;

    private static final int AUDIO_CSID = MessageLink.AUDIO;
    private static final int VIDEO_CSID = MessageLink.VIDEO;
    private static final int DATA_CSID = 7;
    private static final int STATUS_CSID = 8;

    private static final int HEADER_BYTES = 12;
    private static final int CONTINUATION_BYTES = 1;
    private static final int EXTENDED_BYTES = 4;
    private static final int LENGTH_POSITION = 4;
    private static final int TYPE_POSITION = 7;
    private static final int STREAM_ID_POSITION = 8;

    private PlayChunks() {}

    /** Bytes of a whole message with a body of {@code bodyBytes}. */
    public static int sizeBytes(int timestampMs, int bodyBytes) {
        int extendedBytes = isExtended(timestampMs) ? EXTENDED_BYTES : 0;
        return HEADER_BYTES + extendedBytes + bodyBytes
                + continuations(bodyBytes) * (CONTINUATION_BYTES + extendedBytes);
    }

    /** Puts a whole message of {@link #sizeBytes} into {@code out}; the body's position stays. */
    public static void put(ByteBuffer out, MediaKind kind, int timestampMs, ByteBuffer body) {
        switch (kind) {
            case AUDIO -> put(out, AUDIO_CSID, MessageType.AUDIO, timestampMs, STREAM_ID, body);
            case VIDEO -> put(out, VIDEO_CSID, MessageType.VIDEO, timestampMs, STREAM_ID, body);
            case DATA -> put(out, DATA_CSID, MessageType.DATA, timestampMs, STREAM_ID, body);
        }
    }

    /** A whole message; the body's position stays. */
    public static byte[] message(MediaKind kind, int timestampMs, ByteBuffer body) {
        ByteBuffer out = ByteBuffer.allocate(sizeBytes(timestampMs, body.remaining()));
        put(out, kind, timestampMs, body);
        return out.array();
    }

    /** The stream has nothing to play for now: its publisher is away. */
    public static byte[] dry() {
        RawMessage raw = new RtmpMessage.UserControl(RtmpMessage.UserControl.STREAM_DRY, STREAM_ID).toRaw();
        return bytes(MessageLink.CONTROL, raw);
    }

    /** The publisher is back. */
    public static byte[] publishNotify() {
        return bytes(STATUS_CSID,
                Replies.status(STREAM_ID, "NetStream.Play.PublishNotify", "The publisher is back.").toRaw());
    }

    /**
     * A copy of whole messages for a player that has them on another stream.
     *
     * @param run of messages as they are made here
     */
    public static ByteBuffer readdress(ByteBuffer run, int streamId) {
        ByteBuffer out = ByteBuffer.allocate(run.remaining()).put(run.duplicate()).flip();
        int at = 0;
        while (at < out.limit()) {
            int size = sizeBytes(out, at);
            if (out.get(at + TYPE_POSITION) == MessageType.USER_CONTROL.code()) {
                out.putInt(at + size - Integer.BYTES, streamId);
            } else {
                out.putInt(at + STREAM_ID_POSITION, Integer.reverseBytes(streamId));
            }
            at += size;
        }
        return out;
    }

    /** Bytes of the whole message at {@code at} in a run of them. */
    static int sizeBytes(ByteBuffer run, int at) {
        return sizeBytes(run.getInt(at) & ChunkReader.EXTENDED, run.getInt(at + LENGTH_POSITION) >>> 8);
    }

    /** Whether the message at {@code at} is sound or picture. */
    static boolean isMedia(ByteBuffer run, int at) {
        byte type = run.get(at + TYPE_POSITION);
        return type == MessageType.AUDIO.code() || type == MessageType.VIDEO.code();
    }

    /** Time of the message at {@code at}: all of its 32 bits. */
    static int timestampMs(ByteBuffer run, int at) {
        int timestampMs = run.getInt(at) & ChunkReader.EXTENDED;
        return timestampMs == ChunkReader.EXTENDED ? run.getInt(at + HEADER_BYTES) : timestampMs;
    }

    private static byte[] bytes(int csid, RawMessage raw) {
        ByteBuffer out = ByteBuffer.allocate(sizeBytes(raw.timestamp(), raw.body().remaining()));
        put(out, csid, raw.type(), raw.timestamp(), raw.streamId(), raw.body());
        return out.array();
    }

    private static void put(ByteBuffer out, int csid, MessageType type, int timestampMs, int streamId,
            ByteBuffer body) {
        boolean extended = isExtended(timestampMs);
        int length = body.remaining();
        out.putInt(csid << 24 | (extended ? ChunkReader.EXTENDED : timestampMs));
        out.putInt(length << 8 | type.code()).putInt(Integer.reverseBytes(streamId));
        if (extended) {
            out.putInt(timestampMs);
        }
        int offset = 0;
        while (true) {
            int count = Math.min(MessageLink.CHUNK_SIZE, length - offset);
            out.put(body.slice(body.position() + offset, count));
            offset += count;
            if (offset == length) {
                return;
            }
            out.put((byte) (3 << 6 | csid));
            if (extended) {
                out.putInt(timestampMs);
            }
        }
    }

    private static boolean isExtended(int timestampMs) {
        return Integer.compareUnsigned(timestampMs, ChunkReader.EXTENDED) >= 0;
    }

    private static int continuations(int bodyBytes) {
        return bodyBytes == 0 ? 0 : (bodyBytes - 1) / MessageLink.CHUNK_SIZE;
    }
}
