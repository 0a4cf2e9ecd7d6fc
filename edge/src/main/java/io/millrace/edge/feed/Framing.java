package io.millrace.edge.feed;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** What a connection puts around tags. Tags lie in memory with the commonest one already around them. */
public enum Framing {
    /** One chunk a tag, as HTTP/1.1 has it (RFC 9112, 7.1). */
    CHUNKED {
        @Override
        public ByteBuf wrap(byte[] bytes) {
            return Unpooled.wrappedBuffer(chunkHead(bytes.length), bytes, CRLF);
        }
    },
    /** Nothing: HTTP/1.0, where the connection's end is the end. */
    PLAIN {
        @Override
        public ByteBuf wrap(byte[] bytes) {
            return Unpooled.wrappedBuffer(bytes);
        }
    };

    static final byte[] CRLF = {'\r', '\n'};

    /** Something that one viewer alone gets; shares the memory of {@code bytes}. */
    public abstract ByteBuf wrap(byte[] bytes);

    static byte[] chunkHead(int sizeBytes) {
        return (Integer.toHexString(sizeBytes) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }
}
