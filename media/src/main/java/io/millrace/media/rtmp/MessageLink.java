package io.millrace.media.rtmp;

import io.millrace.media.bytes.ByteWriter;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * What both ends of a connection do alike once the handshake is over: chunks, acknowledgements, pings.
 *
 * <p>Confined to one thread. Outgoing chunk streams: 2 control, 3 commands of the connection, 5 status of a stream and
 * data, 4 audio, 6 video.
 */
final class MessageLink {
    static final int CONTROL = 2;
    static final int COMMANDS = 3;
    static final int AUDIO = 4;
    static final int STREAM = 5;
    static final int VIDEO = 6;

    /** What we write; FFmpeg adopts it for its own output. */
    static final int CHUNK_SIZE = 65_536;
    /** Bytes between two acknowledgements, as we demand them. */
    static final int WINDOW_BYTES = 2_500_000;
    /** A peer that demands more frequent acknowledgements gets them this often. */
    private static final int WINDOW_MIN_BYTES = 4_096;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final ChunkReader reader;
    private final RtmpLimits limits;
    private final ChunkWriter writer = new ChunkWriter();
    /** Of an aggregate, bounded by its limits; handed out before anything that came behind it. */
    private final Queue<RtmpMessage> aggregated = new ArrayDeque<>();
    private ByteWriter out = new ByteWriter();
    private long received;
    private long acknowledged;
    /**
     * As the peer demands them. Without a demand there are none: FFmpeg closes with whatever it has not read, that makes the
     * close a TCP reset, and a reset discards the end of the stream that we have not read yet.
     */
    private long window = Long.MAX_VALUE;
    private int announcedWindow;

    /** Of a connection that shares memory with nobody, and takes media at any time. */
    MessageLink(RtmpLimits limits) {
        this(limits, PartialMemory.alone(limits.partialBytes()));
    }

    MessageLink(RtmpLimits limits, PartialMemory memory) {
        reader = new ChunkReader(limits, memory);
        this.limits = limits;
    }

    /** Where the handshake writes. */
    ByteWriter out() {
        return out;
    }

    /** What is to be written to the peer by now, given away; empty if nothing is. */
    ByteBuffer takeOutput() {
        if (out.size() == 0) {
            return NOTHING;
        }
        ByteBuffer output = out.view();
        out = new ByteWriter();
        return output;
    }

    /** Bytes that were read since the handshake. */
    long received() {
        return received;
    }

    /** The next command or media message, or one that says nothing to us; null once {@code in} is used up. */
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

    /** Nothing for 0 or less: FFmpeg aborts on such a window. */
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
