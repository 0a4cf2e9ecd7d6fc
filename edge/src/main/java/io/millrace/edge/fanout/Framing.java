package io.millrace.edge.fanout;

import io.millrace.media.bytes.ByteWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * The bytes that a connection puts around tags, on top of a {@link Layout}. A further output is a constant here and, unless
 * it has the same tags, a layout.
 */
public enum Framing {
    /** One chunk per tag, as in HTTP/1.1 (RFC 9112, 7.1). */
    CHUNKED(Layout.TAGS, true) {
        @Override
        ByteBuf wrap(byte[] bytes) {
            return Unpooled.wrappedBuffer(TagLayout.chunk(bytes));
        }
    },
    /** No framing: HTTP/1.0, where the end of the connection ends the body. */
    PLAIN(Layout.TAGS, false),
    /** One unmasked binary frame per write, as in WebSocket (RFC 6455, 5.2). */
    WEBSOCKET(Layout.TAGS, false) {
        @Override
        byte[] head(int mediaBytes) {
            return frameHead(mediaBytes);
        }

        @Override
        ByteBuf wrap(byte[] bytes) {
            return Unpooled.wrappedBuffer(frameHead(bytes.length), bytes);
        }
    },
    /** RTMP chunks: everything that such a viewer receives consists of them. */
    RTMP(Layout.MESSAGES, true);

    /** The FIN bit and the opcode of a binary frame. */
    private static final int BINARY = 0x82;
    /** Markers of a 16-bit and a 64-bit length field. */
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final byte[] NOTHING = {};

    private final Layout layout;
    private final boolean laidOut;

    Framing(Layout layout, boolean laidOut) {
        this.layout = layout;
        this.laidOut = laidOut;
    }

    /** Returns the layout of the tags that are sent. */
    Layout layout() {
        return layout;
    }

    /** Returns whether the framing of the layout is sent with each tag, so that neighbours are one piece. */
    boolean isLaidOut() {
        return laidOut;
    }

    /** Returns the bytes before the tags of one write; empty without any. */
    byte[] head(int mediaBytes) {
        return NOTHING;
    }

    /** Frames bytes for a single viewer; the result may share the memory of {@code bytes}. */
    ByteBuf wrap(byte[] bytes) {
        return Unpooled.wrappedBuffer(bytes);
    }

    static byte[] frameHead(int sizeBytes) {
        var out = new ByteWriter(10);
        out.uint8(BINARY);
        if (sizeBytes < LENGTH_16) {
            out.uint8(sizeBytes);
        } else if (sizeBytes < 1 << Short.SIZE) {
            out.uint8(LENGTH_16);
            out.uint16(sizeBytes);
        } else {
            out.uint8(LENGTH_64);
            out.int64(sizeBytes);
        }
        return out.toByteArray();
    }
}
