package io.millrace.edge.http;

import io.netty.buffer.ByteBuf;

/**
 * Finds the frames in what a client of HTTP/2 sends (RFC 9113, 3.4 and 4.1), without interpreting them:
 *
 * <pre>
 * length 24 bits | type 8 | flags 8 | reserved 1 | stream id 31 | payload
 * </pre>
 *
 * The client preface of 24 bytes, which comes first, counts as a frame of its own. Pure; confined to one thread.
 */
final class FrameScan {
    /** Size of the client preface. */
    static final int PREFACE_BYTES = 24;
    /** Longest payload: the initial value of SETTINGS_MAX_FRAME_SIZE, which this server does not raise. */
    static final int PAYLOAD_BYTES = 1 << 14;
    private static final int HEADER_BYTES = 9;
    private static final int TYPE_AT = 3;
    private static final int FLAGS_AT = 4;
    private static final int HEADERS = 1;
    private static final int CONTINUATION = 9;
    private static final int END_HEADERS = 4;

    /** The kind of data that the last call of {@link #next} found. */
    enum Kind {
        /** The client preface. */
        PREFACE,
        /** A HEADERS frame: the start of a request, or trailers. */
        REQUEST,
        /** Any other frame. */
        OTHER,
        /** A frame longer than {@link #PAYLOAD_BYTES}, whose end is not waited for. */
        TOO_LONG
    }

    private boolean prefaced;
    private boolean inHeaders;
    private Kind kind = Kind.PREFACE;

    /** Returns the size in bytes of the frame that begins at {@code at}, with its header; 0 if it is incomplete. */
    int next(ByteBuf in, int at) {
        int availableBytes = in.writerIndex() - at;
        if (!prefaced) {
            prefaced = availableBytes >= PREFACE_BYTES;
            kind = Kind.PREFACE;
            return prefaced ? PREFACE_BYTES : 0;
        }
        if (availableBytes < HEADER_BYTES) {
            return 0;
        }
        int payloadBytes = in.getUnsignedMedium(at);
        if (payloadBytes > PAYLOAD_BYTES) {
            kind = Kind.TOO_LONG;
            return availableBytes;
        }
        if (availableBytes < HEADER_BYTES + payloadBytes) {
            return 0;
        }
        int type = in.getUnsignedByte(at + TYPE_AT);
        kind = type == HEADERS ? Kind.REQUEST : Kind.OTHER;
        if (type == HEADERS || type == CONTINUATION) {
            inHeaders = (in.getUnsignedByte(at + FLAGS_AT) & END_HEADERS) == 0;
        }
        return HEADER_BYTES + payloadBytes;
    }

    /** Returns the kind of the frame that {@link #next} found last. */
    Kind kind() {
        return kind;
    }

    /** Returns whether the headers of a request have begun and CONTINUATION frames are to follow. */
    boolean isInHeaders() {
        return inHeaders;
    }
}
