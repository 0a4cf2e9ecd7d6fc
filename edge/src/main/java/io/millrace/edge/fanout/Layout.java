package io.millrace.edge.fanout;

import io.millrace.media.flv.FlvTag;
import io.millrace.platform.timeline.Tracks;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/**
 * In-memory encoding of a stream's tags, shared by all viewers that use it. A ring has every tag in {@link #BASE}, and
 * in each additional layout while a viewer uses it; a layout is the key of its encodings. Immutable.
 */
public interface Layout {
    /** FLV tags, each as an HTTP chunk. */
    Layout TAGS = new TagLayout();
    /** The layout that every ring has. The others are made from it. */
    Layout BASE = TAGS;

    /**
     * One tag, ready to be written.
     *
     * @param headBytes size of the framing before the tag
     * @param mediaBytes size of the tag
     * @param tailBytes size of the framing after the tag
     * @param to writes all three
     */
    record Writing(int headBytes, int mediaBytes, int tailBytes, Consumer<ByteBuffer> to) {
        int totalBytes() {
            return headBytes + mediaBytes + tailBytes;
        }
    }

    Writing write(FlvTag tag);

    /** Returns the bytes before a viewer's first frame. */
    byte[] opening(Tracks tracks, List<FlvTag> headers, int timestampMs);

    /** Returns the sequence headers for a viewer that continues at {@code timestampMs}. */
    byte[] headers(List<FlvTag> headers, int timestampMs);

    /** Returns the message that tells viewers that the publisher has returned or left; empty if the layout has none. */
    byte[] presence(boolean live);
}
