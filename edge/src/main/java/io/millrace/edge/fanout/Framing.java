package io.millrace.edge.fanout;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** The bytes that a connection puts around tags, on top of a {@link Layout}. Immutable; compared by identity. */
public interface Framing {
    /** One chunk per tag, as in HTTP/1.1 (RFC 9112, 7.1). */
    Framing CHUNKED = new Framing() {
        @Override
        public Layout layout() {
            return Layout.TAGS;
        }

        @Override
        public boolean isLaidOut() {
            return true;
        }

        @Override
        public ByteBuf wrap(byte[] bytes) {
            return Unpooled.wrappedBuffer(TagLayout.chunk(bytes));
        }
    };

    /** No framing: HTTP/1.0, where the end of the connection ends the body. */
    Framing PLAIN = of(Layout.TAGS, false);

    /** Returns a framing that adds no bytes to a layout. */
    static Framing of(Layout layout, boolean laidOut) {
        return new Framing() {
            @Override
            public Layout layout() {
                return layout;
            }

            @Override
            public boolean isLaidOut() {
                return laidOut;
            }
        };
    }

    /** Returns the layout of the tags that are sent. Constant. */
    Layout layout();

    /** Returns whether the framing of the layout is sent with each tag, so that neighbours are one piece. Constant. */
    boolean isLaidOut();

    /** Returns the bytes before the tags of one write; empty without any. */
    default byte[] head(int mediaBytes) {
        return new byte[0];
    }

    /** Frames bytes for a single viewer; the result may share the memory of {@code bytes}. */
    default ByteBuf wrap(byte[] bytes) {
        return Unpooled.wrappedBuffer(bytes);
    }
}
