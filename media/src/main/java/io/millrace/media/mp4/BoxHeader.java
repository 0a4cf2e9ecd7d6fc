package io.millrace.media.mp4;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The head of a box (ISO/IEC 14496-12, 4.2): {@code size:32 | type:32 | largesize:64 if size is 1}.
 *
 * <p>Immutable. With it a file is scanned for its {@code moov}: parse the {@link #MAX_BYTES} at a position, go on at
 * position + {@link #sizeBytes}.
 *
 * @param type four characters, unprintable ones as {@code ?}
 * @param headerBytes 8 or 16
 * @param sizeBytes of the whole box with its head; size 0 on the wire reaches to the end of what there is
 */
public record BoxHeader(String type, int headerBytes, long sizeBytes) {
    /** The most bytes that a head has. */
    public static final int MAX_BYTES = 16;
    /** The fewest bytes that a head has. */
    public static final int MIN_BYTES = 8;

    /**
     * @param in at the head; its position moves behind it
     * @param availableBytes from the head's first byte to the end of the file or of the box around it
     */
    public static BoxHeader parse(ByteBuffer in, long availableBytes) {
        var reader = new ByteReader("Box", in);
        long size = reader.uint32("size");
        String type = type(reader.bytes(4, "type"));
        int headerBytes = MIN_BYTES;
        if (size == 1) {
            size = reader.int64("largesize");
            headerBytes = MAX_BYTES;
        } else if (size == 0) {
            size = availableBytes;
        }
        if (size < headerBytes || size > availableBytes) {
            throw MalformedException.value(type, "size", size, headerBytes + " to " + availableBytes);
        }
        return new BoxHeader(type, headerBytes, size);
    }

    static String type(byte[] fourCc) {
        return new String(fourCc, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", "?");
    }
}
