package io.millrace.edge.live;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.Deflater;

/**
 * A piece of a text, compressed by itself, so that it stands in many texts at once.
 *
 * <p>Immutable by agreement.
 *
 * @param plain UTF-8
 * @param deflated blocks of RFC 1951 that refer to nothing before them, none of them the last one, up to a byte's end
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
