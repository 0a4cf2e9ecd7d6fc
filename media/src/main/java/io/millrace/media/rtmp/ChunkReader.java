package io.millrace.media.rtmp;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Assembles RTMP messages from chunks (RTMP 1.0, 5.3). The input may be split at any byte.
 *
 * <pre>
 * basic header     fmt(2) csid(6): 2..63 | 0: csid = 64 + b1 | 1: csid = 64 + b1 + 256*b2
 * message header   fmt 0: timestamp u24, length u24, type u8, stream id u32 little-endian
 *                  fmt 1: delta u24, length u24, type u8    fmt 2: delta u24    fmt 3: nothing
 * extended         u32 if the u24 is FFFFFF, repeated in the fmt 3 chunks that follow
 * body             up to the chunk size
 * </pre>
 *
 * <p>Confined to one thread. Set Chunk Size and Abort take effect here and are not returned. Each body is copied once,
 * into an array of its own, which grows as bytes arrive; see {@link RtmpLimits}. {@link PartialMemory.MediaUse}
 * determines whether audio, video and data are kept, skipped or refused.
 */
final class ChunkReader {
    static final String CHUNK = "chunk";
    static final int EXTENDED = 0xFF_FFFF;

    private static final int[] MESSAGE_HEADER_BYTES = {11, 7, 3, 0};
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** The part of a chunk that is read next. */
    private enum Phase {
        BASIC_HEADER, MESSAGE_HEADER, EXTENDED_TIMESTAMP, REPEATED_TIMESTAMP, BODY
    }

    private final Map<Integer, ChunkStream> streams = new HashMap<>();
    private final RtmpLimits limits;
    private final PartialMemory memory;
    private final byte[] header = new byte[11];
    private int chunkSize = RtmpLimits.CHUNK_SIZE_MIN;

    private Phase phase = Phase.BASIC_HEADER;
    private int headerSize;
    private int headerWanted = 1;
    private int format;
    private ChunkStream current;
    /** Body bytes of the current chunk that have not arrived yet. */
    private int chunkLeft;
    /** See {@link #takeDropped}. */
    private int dropped;
    /** Bytes that looked like a repeated timestamp but belong to the body; read before further input. */
    private ByteBuffer replay = NOTHING;

    /** Creates a reader that shares no memory with other connections and accepts media at any time. */
    ChunkReader(RtmpLimits limits) {
        this(limits, PartialMemory.alone(limits.partialBytes()));
    }

    ChunkReader(RtmpLimits limits, PartialMemory memory) {
        this.limits = limits;
        this.memory = memory;
    }

    /**
     * Returns the next complete message, or null once {@code in} is consumed.
     *
     * @throws io.millrace.media.bytes.MediaException if the input is malformed or exceeds a limit; the reader must not
     *     be used afterwards
     */
    RawMessage next(ByteBuffer in) {
        while (true) {
            if (phase == Phase.BODY && chunkLeft == 0) {
                RawMessage message = endChunk();
                if (message != null) {
                    return message;
                }
            }
            ByteBuffer source = replay.hasRemaining() ? replay : in;
            if (!source.hasRemaining()) {
                return null;
            }
            switch (phase) {
                case BASIC_HEADER -> basicHeader(source);
                case MESSAGE_HEADER -> messageHeader(source);
                case EXTENDED_TIMESTAMP -> extendedTimestamp(source);
                case REPEATED_TIMESTAMP -> repeatedTimestamp(source);
                case BODY -> body(source);
            }
        }
    }

    private void body(ByteBuffer source) {
        int count = Math.min(source.remaining(), chunkLeft);
        while (!current.makeRoom(count)) {
            if (!memory.hasReserve() || !skipLongest()) {
                throw memory.usedUp(count);
            }
        }
        current.append(source, count);
        chunkLeft -= count;
    }

    /**
     * Releases the memory that exceeds the connection's reserve, if it has one, by skipping its longest incomplete
     * media messages. The connection stays open.
     */
    void yieldMemory() {
        while (memory.exceedsReserve() && skipLongest()) {
            // One message may not be enough.
        }
        memory.yielded();
    }

    /** Skips the longest incomplete media message; returns false if there is none. */
    private boolean skipLongest() {
        Optional<ChunkStream> longest = streams.values().stream().filter(ChunkStream::isKeptMedia)
                .max(Comparator.comparingInt(ChunkStream::heldBytes));
        longest.ifPresent(stream -> {
            stream.skipMessage();
            dropped++;
        });
        return longest.isPresent();
    }

    /** Returns the number of messages that were skipped for lack of memory since the last call. */
    int takeDropped() {
        int count = dropped;
        dropped = 0;
        return count;
    }

    /** Returns the memory that incomplete messages hold, in bytes. */
    int partialBytes() {
        return memory.bytes();
    }

    private void expect(Phase next, int bytes) {
        phase = next;
        headerSize = 0;
        headerWanted = bytes;
    }

    private boolean headerIsComplete(ByteBuffer source) {
        int count = Math.min(source.remaining(), headerWanted - headerSize);
        source.get(header, headerSize, count);
        headerSize += count;
        return headerSize == headerWanted;
    }

    private void basicHeader(ByteBuffer source) {
        if (!headerIsComplete(source)) {
            return;
        }
        int low = header[0] & 0x3F;
        if (low < 2 && headerSize == 1) {
            headerWanted = 2 + low;
            return;
        }
        format = (header[0] & 0xFF) >>> 6;
        current = stream(switch (low) {
            case 0 -> 64 + (header[1] & 0xFF);
            case 1 -> 64 + (header[1] & 0xFF) + 256 * (header[2] & 0xFF);
            default -> low;
        });
        if (format < 3) {
            expect(Phase.MESSAGE_HEADER, MESSAGE_HEADER_BYTES[format]);
        } else if (current.extended) {
            expect(Phase.REPEATED_TIMESTAMP, 4);
        } else {
            startChunk();
        }
    }

    private ChunkStream stream(int csid) {
        ChunkStream stream = streams.get(csid);
        if (stream == null) {
            if (format >= 2) { // fmt 1 is accepted because librtmp opens csid 2 with it
                throw MalformedException.value(CHUNK, "fmt", format, "0 or 1 in the first chunk of a chunk stream");
            }
            if (streams.size() == limits.chunkStreams()) {
                throw new OverLimitException(CHUNK, "csids", streams.size() + 1L, limits.chunkStreams());
            }
            stream = new ChunkStream(limits.messages(), memory);
            streams.put(csid, stream);
        } else if (stream.partial && format != 3) {
            throw MalformedException.value(CHUNK, "fmt", format, "3 within a message");
        }
        return stream;
    }

    private void messageHeader(ByteBuffer source) {
        if (!headerIsComplete(source)) {
            return;
        }
        ByteReader in = new ByteReader(CHUNK, ByteBuffer.wrap(header, 0, headerSize));
        current.stamp = in.uint24("timestamp");
        current.extended = current.stamp == EXTENDED;
        if (format <= 1) {
            current.describe(in.uint24("length"), in.uint8("type"));
        }
        if (format == 0) {
            current.streamId = Integer.reverseBytes(in.int32("streamId"));
        }
        if (current.extended) {
            expect(Phase.EXTENDED_TIMESTAMP, 4);
        } else {
            startChunk();
        }
    }

    private void extendedTimestamp(ByteBuffer source) {
        if (headerIsComplete(source)) {
            current.stamp = ByteBuffer.wrap(header).getInt();
            startChunk();
        }
    }

    /** Old senders omit the repeated timestamp. Bytes that differ from it are the start of the body. */
    private void repeatedTimestamp(ByteBuffer source) {
        byte expected = (byte) (current.stamp >>> (24 - 8 * headerSize));
        if (source.get(source.position()) == expected) {
            header[headerSize++] = source.get();
            if (headerSize < headerWanted) {
                return;
            }
        } else if (headerSize > 0) {
            replay = ByteBuffer.allocate(headerSize + replay.remaining()).put(header, 0, headerSize).put(replay).flip();
        }
        startChunk();
    }

    private void startChunk() {
        if (!current.partial) {
            current.startMessage(format == 0);
        }
        chunkLeft = Math.min(chunkSize, current.missing());
        phase = Phase.BODY;
    }

    private RawMessage endChunk() {
        expect(Phase.BASIC_HEADER, 1);
        if (current.missing() > 0) {
            return null;
        }
        RawMessage message = current.takeMessage();
        return switch (message.type()) {
            case SET_CHUNK_SIZE -> setChunkSize(message.body());
            case ABORT -> abort(message.body());
            case ACKNOWLEDGEMENT, USER_CONTROL, WINDOW_ACK_SIZE, SET_PEER_BANDWIDTH, AUDIO, VIDEO, DATA_AMF3,
                    COMMAND_AMF3, DATA, COMMAND, AGGREGATE, OTHER, UNWANTED ->
                message;
            case DROPPED -> null;
        };
    }

    private RawMessage setChunkSize(ByteBuffer body) {
        int size = new ByteReader("SetChunkSize", body).int32("size");
        if (size < RtmpLimits.CHUNK_SIZE_MIN) { // compared as signed, because the top bit must be 0
            throw MalformedException.value("SetChunkSize", "size", size & 0xFFFF_FFFFL,
                    RtmpLimits.CHUNK_SIZE_MIN + " to 2147483647");
        }
        chunkSize = Math.min(size, RtmpLimits.CHUNK_SIZE_MAX);
        return null;
    }

    private RawMessage abort(ByteBuffer body) {
        ChunkStream stream = streams.get(new ByteReader("Abort", body).int32("csid"));
        if (stream != null) {
            stream.dropMessage();
        }
        return null;
    }
}
