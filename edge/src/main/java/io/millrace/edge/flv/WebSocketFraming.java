package io.millrace.edge.flv;

import io.millrace.edge.fanout.Framing;
import io.millrace.edge.fanout.Layout;
import io.millrace.media.bytes.ByteWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** FLV tags in WebSocket frames: one unmasked binary frame per write (RFC 6455, 5.2). */
public final class WebSocketFraming implements Framing {
    public static final Framing INSTANCE = new WebSocketFraming();

    /** The FIN bit and the opcode of a binary frame. */
    private static final int BINARY = 0x82;
    /** Markers of a 16-bit and a 64-bit length field. */
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;

    private WebSocketFraming() {}

    @Override
    public Layout layout() {
        return Layout.TAGS;
    }

    @Override
    public boolean usesLayoutFraming() {
        return false;
    }

    @Override
    public byte[] head(int mediaBytes) {
        var out = new ByteWriter(10);
        out.uint8(BINARY);
        if (mediaBytes < LENGTH_16) {
            out.uint8(mediaBytes);
        } else if (mediaBytes < 1 << Short.SIZE) {
            out.uint8(LENGTH_16);
            out.uint16(mediaBytes);
        } else {
            out.uint8(LENGTH_64);
            out.int64(mediaBytes);
        }
        return out.toByteArray();
    }

    @Override
    public ByteBuf wrap(byte[] bytes) {
        return Unpooled.wrappedBuffer(head(bytes.length), bytes);
    }
}
