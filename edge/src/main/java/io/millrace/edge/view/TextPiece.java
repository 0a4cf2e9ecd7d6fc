package io.millrace.edge.view;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.Deflater;

/**
 * A piece of text that is compressed by itself, so that many texts can share it. Immutable by convention.
 *
 * @param plain the text in UTF-8
 * @param deflated RFC 1951 blocks that refer to no earlier data and of which none is the last; they end at a byte
 *        boundary
 */
record TextPiece(byte[] plain, byte[] deflated) {
    static final TextPiece NONE = new TextPiece(new byte[0], new byte[0]);

    static TextPiece of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    static TextPiece of(byte[] plain) {
        if (plain.length == 0) {
            return NONE;
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
            return new TextPiece(plain, Arrays.copyOf(out, size));
        }
    }

    int sizeBytes() {
        return plain.length + deflated.length;
    }
}
