package io.millrace.media.isobmff;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The header of a box (ISO/IEC 14496-12, 4.2): {@code size:32 | type:32 | largesize:64 if size is 1}.
 *
 * <p>Immutable. To scan a file for its {@code moov}, parse {@link #MAX_BYTES} bytes at a position, then continue at
 * position + {@link #sizeBytes}.
 *
 * @param type four characters, with {@code ?} for those that are not printable
 * @param headerBytes 8 or 16
 * @param sizeBytes size of the whole box including its header; size 0 on the wire means to the end of the available
 *     bytes
 */
public record BoxHeader(String type, int headerBytes, long sizeBytes) {
    /** Maximum size of a box header. */
    public static final int MAX_BYTES = 16;
    /** Minimum size of a box header. */
    public static final int MIN_BYTES = 8;

    /**
     * Parses a header.
     *
     * @param in starts with the header; its position advances past it
     * @param availableBytes from the first byte of the header to the end of the file or of the enclosing box
     * @throws MalformedException if the box would not fit
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

    /** Returns a type as text, with {@code ?} for characters that are not printable. */
    public static String type(byte[] fourCc) {
        return new String(fourCc, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", "?");
    }
}
