package io.millrace.edge.fanout;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * The framing of the tags that a connection receives, for tags that lie in memory in a {@link Layout}. Three kinds exist:
 * the framing that the layout already contains around each tag (an HTTP chunk), a head before the tags of each write (a
 * WebSocket frame), or none.
 *
 * <p>Immutable, so any thread may use it. Compared by identity: implementations are constants.
 */
public interface Framing {
    /** One HTTP/1.1 chunk per tag (RFC 9112, 7.1); the header {@code Transfer-Encoding} must say so. */
    Framing CHUNKED = new Framing() {
        @Override
        public Layout layout() {
            return Layout.TAGS;
        }

        @Override
        public boolean usesLayoutFraming() {
            return true;
        }

        @Override
        public ByteBuf wrap(byte[] bytes) {
            return Unpooled.wrappedBuffer(TagLayout.chunk(bytes));
        }
    };

    /** No framing: for HTTP/1.0, where the end of the connection ends the body. */
    Framing PLAIN = of(Layout.TAGS, false);

    /**
     * Returns a framing that adds nothing to {@code layout}.
     *
     * @param usesLayoutFraming whether the layout's own framing is sent
     */
    static Framing of(Layout layout, boolean usesLayoutFraming) {
        return new Framing() {
            @Override
            public Layout layout() {
                return layout;
            }

            @Override
            public boolean usesLayoutFraming() {
                return usesLayoutFraming;
            }
        };
    }

    /** Returns the layout of the tags that are sent. Constant. */
    Layout layout();

    /**
     * Returns whether each tag is sent with the framing that the layout has around it, so that adjacent tags are sent
     * as one piece. Constant.
     */
    boolean usesLayoutFraming();

    /**
     * Returns the bytes to send before the tags of one write; possibly none.
     *
     * @param mediaBytes size of these tags without framing, above 0
     */
    default byte[] head(int mediaBytes) {
        return new byte[0];
    }

    /**
     * Frames bytes that only one viewer receives. The caller owns the result, which may share the memory of
     * {@code bytes}.
     */
    default ByteBuf wrap(byte[] bytes) {
        return Unpooled.wrappedBuffer(bytes);
    }
}
