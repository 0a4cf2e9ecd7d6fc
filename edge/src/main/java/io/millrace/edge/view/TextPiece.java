package io.millrace.edge.view;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.Deflater;

/**
 * A piece of text that is compressed by itself, so that many texts can share it. Immutable by convention: the arrays
 * are not written to. Thread-safe.
 */
final class TextPiece {
    /** Upper bound of the memory of a piece without its text. */
    private static final int EMPTY_BYTES = 64;

    private final byte[] plain;
    /** Null until needed. Several threads may compute it at the same time, with the same result. */
    private volatile byte[] deflated;

    private TextPiece(byte[] plain) {
        this.plain = plain;
    }

    static TextPiece of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    static TextPiece of(byte[] plain) {
        return new TextPiece(plain);
    }

    /** Returns the text in UTF-8. */
    byte[] plain() {
        return plain;
    }

    /**
     * Returns the text as deflate blocks (RFC 1951) that refer to no data before them and end at a byte boundary. None
     * of them has the mark of the last block, so that others can follow.
     */
    byte[] deflated() {
        byte[] compressed = deflated;
        if (compressed == null) {
            compressed = deflate(plain);
            deflated = compressed;
        }
        return compressed;
    }

    private static byte[] deflate(byte[] plain) {
        if (plain.length == 0) {
            return plain;
        }
        try (var deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true)) {
            deflater.setInput(plain);
            byte[] out = new byte[plain.length / 4 + 64];
            int size = 0;
            for (int written = -1; written != 0; size += written) {
                if (size == out.length) {
                    out = Arrays.copyOf(out, 2 * size);
                }
                written = deflater.deflate(out, size, out.length - size, Deflater.SYNC_FLUSH);
            }
            return Arrays.copyOf(out, size);
        }
    }

    /**
     * Returns the memory of both forms. The compressed form, which may not exist yet, is estimated for playlist lines.
     */
    int sizeBytes() {
        return plain.length + plain.length / 2 + EMPTY_BYTES;
    }
}
