package io.millrace.media.rtmp;

import io.millrace.media.bytes.ByteWriter;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * Splits messages into chunks with the shortest possible headers; {@link ChunkReader} documents the layout.
 *
 * <p>Confined to one thread. Two kinds of message always get a full header (fmt 0): messages whose timestamp goes back,
 * and control messages. Control messages are rare, and some reach a player without passing through its writer
 * ({@link PlayChunks#dry}), so a compressed header would refer to the wrong predecessor.
 */
final class ChunkWriter {
    private static final int NO_DELTA = -1;

    /**
     * @param delta the delta last written, or {@link #NO_DELTA} after fmt 0: fmt 3 would repeat that timestamp as a
     *     delta
     */
    private record Last(MessageType type, int length, int streamId, int timestamp, int delta) {}

    private final Map<Integer, Last> lasts = new HashMap<>();
    private int chunkSize = RtmpLimits.CHUNK_SIZE_MIN;

    /** Sets the chunk size for the messages that follow. The caller announces it to the peer before them. */
    void setChunkSize(int sizeBytes) {
        chunkSize = sizeBytes;
    }

    /** Writes one message. The position of its body does not change. */
    void write(int csid, RawMessage message, ByteWriter out) {
        int length = message.body().remaining();
        Last last = lasts.get(csid);
        int delta = last == null ? NO_DELTA : message.timestamp() - last.timestamp();
        boolean absolute = csid == MessageLink.CONTROL || last == null || delta < 0
                || last.streamId() != message.streamId();
        boolean described = !absolute && last.type() == message.type() && last.length() == length;
        int format = absolute ? 0 : !described ? 1 : delta == last.delta() ? 3 : 2;
        int stamp = absolute ? message.timestamp() : delta;
        lasts.put(csid, new Last(message.type(), length, message.streamId(), message.timestamp(),
                absolute ? NO_DELTA : delta));

        boolean extended = Integer.compareUnsigned(stamp, ChunkReader.EXTENDED) >= 0;
        header(csid, format, extended ? ChunkReader.EXTENDED : stamp, message, out);
        body(csid, message.body(), extended, stamp, out);
    }

    private static void header(int csid, int format, int stamp24, RawMessage message, ByteWriter out) {
        basicHeader(csid, format, out);
        if (format <= 2) {
            out.uint24(stamp24);
        }
        if (format <= 1) {
            out.uint24(message.body().remaining()).uint8(message.type().code());
        }
        if (format == 0) {
            out.uint32(Integer.reverseBytes(message.streamId()));
        }
    }

    private void body(int csid, ByteBuffer body, boolean extended, int stamp, ByteWriter out) {
        int offset = 0;
        do {
            if (offset > 0) {
                basicHeader(csid, 3, out);
            }
            if (extended) {
                out.uint32(stamp);
            }
            int count = Math.min(chunkSize, body.remaining() - offset);
            out.bytes(body.slice(body.position() + offset, count));
            offset += count;
        } while (offset < body.remaining());
    }

    private static void basicHeader(int csid, int format, ByteWriter out) {
        if (csid < 64) {
            out.uint8(format << 6 | csid);
        } else if (csid < 320) {
            out.uint8(format << 6).uint8(csid - 64);
        } else {
            out.uint8(format << 6 | 1).uint8(csid - 64).uint8((csid - 64) >>> 8);
        }
    }
}
