package io.millrace.media.flv;

import java.nio.ByteBuffer;

/**
 * Writes the parts of an FLV stream; {@link FlvHeader} and {@link FlvTag} document the layouts.
 *
 * <p>Stateless: the caller combines the parts, so one copy of a tag can serve every viewer.
 */
public final class FlvWriter {
    private FlvWriter() {}

    /** Returns the start of a stream, 13 bytes: the file header and PreviousTagSize0. */
    public static byte[] header(FlvHeader header) {
        int flags = (header.hasAudio() ? FlvHeader.AUDIO_FLAG : 0) | (header.hasVideo() ? FlvHeader.VIDEO_FLAG : 0);
        return ByteBuffer.allocate(FlvHeader.SIZE_BYTES + FlvTag.TRAILER_BYTES).put((byte) 'F').put((byte) 'L')
                .put((byte) 'V').put((byte) 1).put((byte) flags).putInt(FlvHeader.SIZE_BYTES).putInt(0).array();
    }

    /** Returns the 11 bytes before a body of {@code bodyBytes}. */
    public static byte[] tagHeader(FlvTag.Type type, int timestampMs, int bodyBytes) {
        var out = ByteBuffer.allocate(FlvTag.HEADER_BYTES);
        putTagHeader(out, type, timestampMs, bodyBytes);
        return out.array();
    }

    /** Returns the 4 bytes after a body of {@code bodyBytes}. */
    public static byte[] tagTrailer(int bodyBytes) {
        return ByteBuffer.allocate(FlvTag.TRAILER_BYTES).putInt(FlvTag.HEADER_BYTES + bodyBytes).array();
    }

    /** Returns a whole tag: header, body, trailer. */
    public static byte[] tag(FlvTag tag) {
        var out = ByteBuffer.allocate(sizeBytes(tag.body().remaining()));
        putTag(out, tag);
        return out.array();
    }

    /** Writes a whole tag of {@link #sizeBytes} to {@code out}. The position of the body does not change. */
    public static void putTag(ByteBuffer out, FlvTag tag) {
        int bodyBytes = tag.body().remaining();
        putTagHeader(out, tag.type(), tag.timestampMs(), bodyBytes);
        out.put(tag.body().duplicate()).putInt(FlvTag.HEADER_BYTES + bodyBytes);
    }

    /** Returns the size of a whole tag with a body of {@code bodyBytes}. */
    public static int sizeBytes(int bodyBytes) {
        return FlvTag.HEADER_BYTES + bodyBytes + FlvTag.TRAILER_BYTES;
    }

    private static void putTagHeader(ByteBuffer out, FlvTag.Type type, int timestampMs, int bodyBytes) {
        if (bodyBytes < 0 || bodyBytes > FlvTag.MAX_BODY_BYTES) {
            throw new IllegalArgumentException("an FLV body cannot have " + bodyBytes + " bytes");
        }
        out.putInt(type.code() << 24 | bodyBytes).putInt(timestampMs << 8 | timestampMs >>> 24).put((byte) 0)
                .putShort((short) 0);
    }
}
