package io.millrace.segmenter.cut;

import io.millrace.platform.timeline.SessionFold;
import java.nio.ByteBuffer;

/**
 * The packet that is being cut.
 *
 * @param offset offset of the packet
 * @param sessions the session fold after this packet, for the head of a segment that begins with the packet
 */
record AtPacket(long offset, SessionFold sessions) {
    /** The place of frames that waited, and are cut because their session or line of timestamps ends. */
    static final AtPacket END = new AtPacket(-1, null);

    /** Returns the state for a segment that begins with {@code frame}: empty if the frame is one of an earlier packet. */
    ByteBuffer stateAfter(Draft frame) {
        return frame.offset == offset ? ByteBuffer.wrap(sessions.toBytes()) : ByteBuffer.allocate(0);
    }
}
