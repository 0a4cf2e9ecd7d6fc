package io.millrace.segmenter.cut;

import io.millrace.platform.timeline.SessionFold;
import java.nio.ByteBuffer;

/**
 * The packet that is being cut.
 *
 * @param offset offset of the packet
 * @param timestampOffsetMs as in the head of a segment that begins with the packet
 * @param sessions the session fold after this packet, for the head of a segment that begins with the packet
 */
record AtPacket(long offset, long timestampOffsetMs, SessionFold sessions) {
    private static final long NONE = -1;

    AtPacket(long offset, SessionFold sessions) {
        this(offset, sessions.timestampOffsetMs(), sessions);
    }

    /** Returns the place of frames that waited, and are cut because their session or line of timestamps ends. */
    static AtPacket end(long timestampOffsetMs) {
        return new AtPacket(NONE, timestampOffsetMs, null);
    }

    /** Returns the state for a segment that begins with {@code frame}: empty if the frame is one of an earlier packet. */
    ByteBuffer stateAfter(Draft frame) {
        return frame.offset == offset ? ByteBuffer.wrap(sessions.toBytes()) : ByteBuffer.allocate(0);
    }
}
