package io.millrace.media.rtmp;

import io.millrace.media.bytes.ByteWriter;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * The part of a connection that is the same on both sides after the handshake: chunks, acknowledgements and pings.
 *
 * <p>Confined to one thread. Outgoing chunk streams: 2 control, 3 commands of the connection, 4 audio, 5 data and
 * status of a message stream, 6 video.
 */
final class MessageLink {
    static final int CONTROL = 2;
    static final int COMMANDS = 3;
    static final int AUDIO = 4;
    static final int STREAM = 5;
    static final int VIDEO = 6;

    /** Outgoing chunk size; FFmpeg adopts it for its own output. */
    static final int CHUNK_SIZE = 65_536;
    /** Number of bytes after which the peer must acknowledge what this side has sent. */
    static final int WINDOW_BYTES = 2_500_000;
    /** Lower bound for the window that the peer announces; a smaller one is treated as this. */
    private static final int WINDOW_MIN_BYTES = 4_096;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final ChunkReader reader;
    private final RtmpLimits limits;
    private final ChunkWriter writer = new ChunkWriter();
    /**
     * Messages of the current aggregate that have not been returned yet. They are returned before anything that arrived
     * after the aggregate; {@link RtmpLimits#aggregateMessages} bounds their number.
     */
    private final Queue<RtmpMessage> aggregated = new ArrayDeque<>();
    private ByteWriter out = new ByteWriter();
    /** Number of bytes read since the handshake, and its value in the last acknowledgement. */
    private long received;
    private long acknowledged;
    /**
     * The acknowledgement window that the peer announced. Until then, no acknowledgements are sent: if FFmpeg closes a
     * connection with unread input, TCP resets the connection, and the end of the stream that has not been read here
     * yet is lost.
     */
    private long window = Long.MAX_VALUE;
    private int announcedWindow;

    /** Creates a link that shares no memory with other connections and accepts media at any time. */
    MessageLink(RtmpLimits limits) {
        this(limits, PartialMemory.alone(limits.partialBytes()));
    }

    MessageLink(RtmpLimits limits, PartialMemory memory) {
        reader = new ChunkReader(limits, memory);
        this.limits = limits;
    }

    /** Returns the output buffer, for the handshake. */
    ByteWriter out() {
        return out;
    }

    /** Removes and returns the bytes to be written to the peer; empty if there are none. */
    ByteBuffer takeOutput() {
        if (out.size() == 0) {
            return NOTHING;
        }
        ByteBuffer output = out.view();
        out = new ByteWriter();
        return output;
    }

    /** See {@link ChunkReader#yieldMemory}. */
    void yieldMemory() {
        reader.yieldMemory();
    }

    /** See {@link ChunkReader#takeDropped}. */
    int takeDropped() {
        return reader.takeDropped();
    }

    /** Returns the number of bytes read since the handshake. */
    long received() {
        return received;
    }

    /** Returns the next command, media or ignored message, or null once {@code in} is consumed. */
    RtmpMessage next(ByteBuffer in) {
        while (aggregated.isEmpty()) {
            int before = in.remaining();
            RawMessage raw = reader.next(in);
            received += before - in.remaining();
            acknowledge();
            if (raw == null) {
                return null;
            }
            RtmpMessage message = RtmpMessage.parse(raw, limits);
            switch (message) {
                case RtmpMessage.Command _,RtmpMessage.Media _,RtmpMessage.Ignored _ -> {
                    return message;
                }
                case RtmpMessage.Aggregate(List<RtmpMessage.Media> messages) -> aggregated.addAll(messages);
                case RtmpMessage.UserControl control -> answer(control);
                case RtmpMessage.WindowAckSize(int bytes) -> window = Math.max(WINDOW_MIN_BYTES, bytes & 0xFFFF_FFFFL);
                case RtmpMessage.SetPeerBandwidth(int bytes, int _) -> announceWindow(bytes);
                case RtmpMessage.Acknowledgement _,RtmpMessage.SetChunkSize _ -> {
                }
            }
        }
        return aggregated.remove();
    }

    void send(int csid, RtmpMessage message) {
        writer.write(csid, message.toRaw(), out);
        if (message instanceof RtmpMessage.SetChunkSize(int sizeBytes)) {
            writer.setChunkSize(sizeBytes);
        }
    }

    /**
     * Announces this side's acknowledgement window to the peer if it has changed. 0 and negative values are not sent
     * because FFmpeg aborts on them.
     */
    void announceWindow(int bytes) {
        if (bytes > 0 && bytes != announcedWindow) {
            announcedWindow = bytes;
            send(CONTROL, new RtmpMessage.WindowAckSize(bytes));
        }
    }

    private void answer(RtmpMessage.UserControl control) {
        if (control.event() == RtmpMessage.UserControl.PING_REQUEST) {
            send(CONTROL, new RtmpMessage.UserControl(RtmpMessage.UserControl.PING_RESPONSE, control.value()));
        }
    }

    private void acknowledge() {
        if (received - acknowledged >= window) {
            acknowledged = received;
            send(CONTROL, new RtmpMessage.Acknowledgement((int) received));
        }
    }
}
