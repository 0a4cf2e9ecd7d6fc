package io.millrace.edge.feed;

import io.netty.buffer.ByteBuf;

/**
 * One FLV tag, made once an edge and shared by all viewers of its stream.
 *
 * <p>Reference-counted as its bytes are; immutable otherwise. Thread-safe.
 *
 * @param bytes header, body and trailer; direct
 * @param kind what a viewer that skips may begin with
 * @param timestampMs on the epoch's FLV time line
 */
public record SharedTag(ByteBuf bytes, Kind kind, int timestampMs) {
    /** What a tag is to a viewer that joins or skips. */
    public enum Kind {
        /** A sequence header: never skipped. */
        CONFIG,
        /** Decoding may begin here: a keyframe, or any frame of a stream without video. */
        ENTRY,
        /** Needs what was before it. */
        FRAME
    }

    SharedTag retain() {
        bytes.retain();
        return this;
    }

    void release() {
        bytes.release();
    }
}
