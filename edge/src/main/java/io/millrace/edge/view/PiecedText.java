package io.millrace.edge.view;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;

/**
 * A text composed of precompressed pieces; composing it costs one checksum, regardless of its length.
 *
 * <p>The compressed form is a single member of RFC 1952 (browsers do not read a second one): a header, the pieces'
 * blocks, an empty last block, checksum and size. Immutable by convention.
 */
public record PiecedText(List<byte[]> plainPieces, List<byte[]> gzipPieces, String etag) implements SharedText {
    private static final byte[] GZIP_HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};
    private static final int LAST_BLOCK = 3;
    private static final int TRAILER_BYTES = 10;

    static PiecedText of(List<TextPiece> pieces) {
        List<byte[]> plain = new ArrayList<>(pieces.size());
        List<byte[]> gzip = new ArrayList<>(pieces.size() + 2);
        gzip.add(GZIP_HEADER);
        var crc = new CRC32();
        long size = 0;
        for (TextPiece piece : pieces) {
            if (piece.plain().length > 0) {
                plain.add(piece.plain());
                gzip.add(piece.deflated());
                crc.update(piece.plain());
                size += piece.plain().length;
            }
        }
        // The empty block with fixed codes is 10 bits: 3, 0.
        gzip.add(ByteBuffer.allocate(TRAILER_BYTES).order(ByteOrder.LITTLE_ENDIAN).put((byte) LAST_BLOCK).put((byte) 0)
                .putInt((int) crc.getValue()).putInt((int) size).array());
        String etag = '"' + Long.toHexString(size) + '-' + HexFormat.of().toHexDigits((int) crc.getValue()) + '"';
        return new PiecedText(List.copyOf(plain), List.copyOf(gzip), etag);
    }

    /** Returns the size of both forms, as if no piece were shared. */
    public long sizeBytes() {
        return sizeBytes(plainPieces) + sizeBytes(gzipPieces);
    }

    private static long sizeBytes(List<byte[]> pieces) {
        return pieces.stream().mapToLong(piece -> piece.length).sum();
    }
}
