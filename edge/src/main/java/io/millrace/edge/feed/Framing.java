package io.millrace.edge.feed;

import io.millrace.media.bytes.ByteWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** What a connection puts around tags. They lie in memory with the commonest one already around them ({@link Layout}). */
public enum Framing {
    /** One chunk a tag, as HTTP/1.1 has it (RFC 9112, 7.1). */
    CHUNKED {
        @Override
        ByteBuf wrap(byte[] bytes) {
            return Unpooled.wrappedBuffer(chunkHead(bytes.length), bytes, CRLF);
        }
    },
    /** Nothing: HTTP/1.0, where the connection's end is the end. */
    PLAIN {
        @Override
        ByteBuf wrap(byte[] bytes) {
            return Unpooled.wrappedBuffer(bytes);
        }
    },
    /** One unmasked binary frame a write, as WebSocket has it (RFC 6455, 5.2). */
    WEBSOCKET {
        @Override
        ByteBuf wrap(byte[] bytes) {
            return Unpooled.wrappedBuffer(frameHead(bytes.length), bytes);
        }
    },
    /** Chunks of RTMP, of which everything consists that such a viewer gets. */
    RTMP {
        @Override
        ByteBuf wrap(byte[] bytes) {
            return Unpooled.wrappedBuffer(bytes);
        }
    };

    /** Final, binary. */
    private static final int BINARY = 0x82;
    /** What says that a length of 16, and of 64 bits follows. */
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    static final byte[] CRLF = {'\r', '\n'};

    /** Something that one viewer alone gets; shares the memory of {@code bytes}. */
    abstract ByteBuf wrap(byte[] bytes);

    Layout layout() {
        return switch (this) {
            case CHUNKED, PLAIN, WEBSOCKET -> Layout.TAGS;
            case RTMP -> Layout.MESSAGES;
        };
    }

    static byte[] chunkHead(int sizeBytes) {
        return (Integer.toHexString(sizeBytes) + "\r\n").getBytes(StandardCharsets.US_ASCII);
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
