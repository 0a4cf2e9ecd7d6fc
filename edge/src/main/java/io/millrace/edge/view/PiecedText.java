package io.millrace.edge.view;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;

/**
 * A text composed of pieces, each of which is compressed by itself and only once. Composing a text costs a checksum
 * over its bytes, and no compression of the pieces that it shares with other texts.
 *
 * <p>The compressed form is a single gzip member (RFC 1952; browsers do not read a second one): a header, the pieces'
 * deflate blocks, an empty last block, checksum and size. Immutable by convention; thread-safe.
 */
public final class PiecedText implements SharedText {
    private static final byte[] GZIP_HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};
    private static final int LAST_BLOCK = 3;
    private static final int TRAILER_BYTES = 10;

    /** In order; no piece is empty. */
    private final List<TextPiece> pieces;
    /** CRC-32 of the plain text. */
    private final int crc;
    private final long plainBytes;

    private PiecedText(List<TextPiece> pieces, int crc, long plainBytes) {
        this.pieces = pieces;
        this.crc = crc;
        this.plainBytes = plainBytes;
    }

    static PiecedText of(List<TextPiece> pieces) {
        List<TextPiece> some = pieces.stream().filter(piece -> piece.plain().length > 0).toList();
        var crc = new CRC32();
        some.forEach(piece -> crc.update(piece.plain()));
        return new PiecedText(some, (int) crc.getValue(), some.stream().mapToLong(piece -> piece.plain().length).sum());
    }

    @Override
    public List<byte[]> plainPieces() {
        return pieces.stream().map(TextPiece::plain).toList();
    }

    @Override
    public List<byte[]> gzipPieces() {
        List<byte[]> gzip = new ArrayList<>(pieces.size() + 2);
        gzip.add(GZIP_HEADER);
        pieces.forEach(piece -> gzip.add(piece.deflated()));
        // The empty block with fixed codes is 10 bits: 3, 0.
        gzip.add(ByteBuffer.allocate(TRAILER_BYTES).order(ByteOrder.LITTLE_ENDIAN).put((byte) LAST_BLOCK).put((byte) 0)
                .putInt(crc).putInt((int) plainBytes).array());
        return gzip;
    }

    @Override
    public String etag() {
        return '"' + Long.toHexString(plainBytes) + '-' + HexFormat.of().toHexDigits(crc) + '"';
    }

    /** Returns the approximate memory of both forms, as if no piece were shared with other texts. */
    public long sizeBytes() {
        return pieces.stream().mapToLong(TextPiece::sizeBytes).sum();
    }
}
