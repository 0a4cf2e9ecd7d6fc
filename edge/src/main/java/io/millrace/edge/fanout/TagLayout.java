package io.millrace.edge.fanout;

import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.FlvWriter;
import io.millrace.platform.timeline.FlvOpening;
import io.millrace.platform.timeline.Tracks;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * FLV tags, each as an HTTP/1.1 chunk (RFC 9112, 7.1): {@code chunk header, tag, CRLF}. Openings and sequence headers
 * are FLV without chunks, as {@link Layout} requires.
 */
final class TagLayout implements Layout {
    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] NOTHING = {};

    @Override
    public TagWriter writer(FlvTag tag) {
        int tagBytes = FlvWriter.sizeBytes(tag.body().remaining());
        byte[] head = chunkHeader(tagBytes);
        return new TagWriter(head.length, tagBytes, CRLF.length, out -> {
            out.put(head);
            FlvWriter.putTag(out, tag);
            out.put(CRLF);
        });
    }

    /** Returns {@code bytes} as one HTTP/1.1 chunk, for {@link Framing#CHUNKED}. */
    static byte[] chunk(byte[] bytes) {
        byte[] head = chunkHeader(bytes.length);
        return ByteBuffer.allocate(head.length + bytes.length + CRLF.length).put(head).put(bytes).put(CRLF).array();
    }

    private static byte[] chunkHeader(int sizeBytes) {
        return (Integer.toHexString(sizeBytes) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public byte[] opening(Tracks tracks, List<FlvTag> headers, int timestampMs) {
        return FlvOpening.write(tracks, headers, timestampMs);
    }

    @Override
    public byte[] headers(List<FlvTag> headers, int timestampMs) {
        return FlvOpening.headers(headers, timestampMs);
    }

    @Override
    public byte[] presence(boolean live) {
        return NOTHING;
    }
}
