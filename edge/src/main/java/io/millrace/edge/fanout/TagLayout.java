package io.millrace.edge.fanout;

import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.FlvWriter;
import io.millrace.platform.timeline.FlvOpening;
import io.millrace.platform.timeline.Tracks;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** FLV tags, each as a chunk of HTTP/1.1 (RFC 9112, 7.1): {@code chunk head, tag, CRLF}. */
final class TagLayout implements Layout {
    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] NOTHING = {};

    @Override
    public Writing write(FlvTag tag) {
        int tagBytes = FlvWriter.sizeBytes(tag.body().remaining());
        byte[] head = chunkHead(tagBytes);
        return new Writing(head.length, tagBytes, CRLF.length, out -> {
            out.put(head);
            FlvWriter.putTag(out, tag);
            out.put(CRLF);
        });
    }

    /** Returns a chunk of HTTP/1.1. */
    static byte[] chunk(byte[] bytes) {
        byte[] head = chunkHead(bytes.length);
        return ByteBuffer.allocate(head.length + bytes.length + CRLF.length).put(head).put(bytes).put(CRLF).array();
    }

    private static byte[] chunkHead(int sizeBytes) {
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
