package io.millrace.media.rtmp;

import java.nio.ByteBuffer;

/**
 * Encodes messages to players as chunks that are identical for all players, regardless of when each one joined. Every
 * message has a full header (fmt 0) with an absolute timestamp, is on message stream {@link #STREAM_ID}, uses the chunk
 * size that {@link ServerSession} announces to everybody, and is on a chunk stream on which the session itself writes
 * nothing or only full headers. A run of messages can therefore be sent to any player between two messages of its
 * session.
 *
 * <p>Layout of a message: {@code fmt 0, csid:8 | timestamp:24 | length:24 | type:8 | streamId:32 LE | [timestamp:32] |
 * body}, with {@code fmt 3, csid:8 | [timestamp:32]} after every {@link MessageLink#CHUNK_SIZE} bytes of the body. The
 * 32-bit timestamp is present from 0xFFFFFF ms on.
 *
 * <p>Pure.
 */
public final class PlayChunks {
    /**
     * ID of the first stream that createStream opens, the only one of nearly every player. For other IDs see
     * {@link #readdress}.
     */
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

    /** Returns the size of an encoded message with a body of {@code bodyBytes}. */
    public static int sizeBytes(int timestampMs, int bodyBytes) {
        int extendedBytes = isExtended(timestampMs) ? EXTENDED_BYTES : 0;
        return HEADER_BYTES + extendedBytes + bodyBytes
                + continuations(bodyBytes) * (CONTINUATION_BYTES + extendedBytes);
    }

    /** Writes one message of {@link #sizeBytes} to {@code out}. The position of the body does not change. */
    public static void put(ByteBuffer out, MediaKind kind, int timestampMs, ByteBuffer body) {
        switch (kind) {
            case AUDIO -> put(out, AUDIO_CSID, MessageType.AUDIO, timestampMs, STREAM_ID, body);
            case VIDEO -> put(out, VIDEO_CSID, MessageType.VIDEO, timestampMs, STREAM_ID, body);
            case DATA -> put(out, DATA_CSID, MessageType.DATA, timestampMs, STREAM_ID, body);
        }
    }

    /** Returns one encoded message. The position of the body does not change. */
    public static byte[] message(MediaKind kind, int timestampMs, ByteBuffer body) {
        ByteBuffer out = ByteBuffer.allocate(sizeBytes(timestampMs, body.remaining()));
        put(out, kind, timestampMs, body);
        return out.array();
    }

    /** Returns a Stream Dry event, which tells a player that the publisher is disconnected and may return. */
    public static byte[] dry() {
        RawMessage raw = new RtmpMessage.UserControl(RtmpMessage.UserControl.STREAM_DRY, STREAM_ID).toRaw();
        return bytes(MessageLink.CONTROL, raw);
    }

    /** Returns the status that tells a player that the publisher has reconnected. */
    public static byte[] publishNotify() {
        return bytes(STATUS_CSID,
                Replies.status(STREAM_ID, "NetStream.Play.PublishNotify", "The publisher is back.").toRaw());
    }

    /**
     * Returns a copy of encoded messages for a player that plays on another message stream.
     *
     * @param run whole messages encoded by this class
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

    /** Returns the size of the message that starts at {@code at}. */
    static int sizeBytes(ByteBuffer run, int at) {
        return sizeBytes(run.getInt(at) & ChunkReader.EXTENDED, run.getInt(at + LENGTH_POSITION) >>> 8);
    }

    /** Returns whether the message at {@code at} is audio or video. */
    static boolean isMedia(ByteBuffer run, int at) {
        byte type = run.get(at + TYPE_POSITION);
        return type == MessageType.AUDIO.code() || type == MessageType.VIDEO.code();
    }

    /** Returns the 32-bit timestamp of the message at {@code at}. */
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
