package io.millrace.edge.view;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.GZIPOutputStream;

/**
 * A text that is rendered once and sent to many viewers. It is compressed when the first viewer that accepts gzip
 * requests it. The same text has the same bytes and the same entity tag on every edge. Immutable by convention: the
 * arrays must not be written to. Thread-safe.
 */
public final class RenderedText implements SharedText {
    private final byte[] plain;
    private final String etag;
    /** Null until needed. Several threads may compute it at the same time, with the same result. */
    private volatile byte[] gzip;

    private RenderedText(byte[] plain) {
        this.plain = plain;
        etag = '"' + tag(plain) + '"';
    }

    public static RenderedText of(String text) {
        return new RenderedText(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns the text in UTF-8. */
    public byte[] plain() {
        return plain;
    }

    @Override
    public String etag() {
        return etag;
    }

    @Override
    public List<byte[]> plainPieces() {
        return List.of(plain);
    }

    @Override
    public List<byte[]> gzipPieces() {
        byte[] compressed = gzip;
        if (compressed == null) {
            compressed = compress(plain);
            gzip = compressed;
        }
        return List.of(compressed);
    }

    /** Returns the approximate memory of both forms. */
    public long sizeBytes() {
        byte[] compressed = gzip;
        return plain.length + (compressed == null ? plain.length / 2 : compressed.length);
    }

    /** Returns length and checksum, which are enough to tell the versions of one URL apart. */
    private static String tag(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return Integer.toHexString(bytes.length) + '-' + HexFormat.of().toHexDigits((int) crc.getValue());
    }

    private static byte[] compress(byte[] plain) {
        var out = new ByteArrayOutputStream(plain.length / 2 + 64);
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
