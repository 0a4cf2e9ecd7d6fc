package io.millrace.edge.fanout;

import io.millrace.media.flv.FlvTag;
import io.millrace.platform.timeline.Tracks;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/**
 * In-memory encoding of a stream's tags, shared by all viewers that use it. A ring has every tag in {@link #BASE}, and
 * in each additional layout while a viewer uses it; a layout is the key of its encodings. Immutable.
 *
 * <p>A layout includes the most frequent framing around each tag, so that a run of tags can be sent as it lies in
 * memory. Bytes for one viewer ({@link #opening}, {@link #headers}) are returned without framing: the viewer's
 * {@link Framing#wrap} adds it.
 */
public interface Layout {
    /** FLV tags, each as an HTTP chunk. */
    Layout TAGS = new TagLayout();
    /** The layout that every ring has. Tags in the other layouts are encoded from it. */
    Layout BASE = TAGS;

    /**
     * Writes one tag.
     *
     * @param headBytes size of the framing before the tag
     * @param mediaBytes size of the tag
     * @param tailBytes size of the framing after the tag
     * @param to writes all three to a buffer of {@link #totalBytes}
     */
    record TagWriter(int headBytes, int mediaBytes, int tailBytes, Consumer<ByteBuffer> to) {
        int totalBytes() {
            return headBytes + mediaBytes + tailBytes;
        }
    }

    /** Returns the writer of {@code tag}. */
    TagWriter writer(FlvTag tag);

    /**
     * Returns the bytes before a viewer's first tag, not framed.
     *
     * @param tracks the tracks that are announced
     * @param headers the sequence headers in force
     * @param timestampMs timestamp of the first tag, on the epoch's FLV time line
     */
    byte[] opening(Tracks tracks, List<FlvTag> headers, int timestampMs);

    /** Returns the sequence headers for a viewer that continues at {@code timestampMs}, not framed. */
    byte[] headers(List<FlvTag> headers, int timestampMs);

    /**
     * Returns the message that tells viewers that the publisher has returned or left, in the layout's framing; empty if
     * the layout has no such message.
     *
     * @param live whether the publisher has returned
     */
    byte[] presence(boolean live);
}
