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
 * A text that is rendered and compressed once and sent to many viewers. The same text has the same bytes and the same
 * tag on every edge. Immutable by convention: the arrays are not written to.
 *
 * @param plain the text in UTF-8
 * @param gzip {@code plain}, compressed
 * @param etag strong entity tag of {@code plain}, with its quotes
 */
public record RenderedText(byte[] plain, byte[] gzip, String etag) implements SharedText {
    public static RenderedText of(String text) {
        byte[] plain = text.getBytes(StandardCharsets.UTF_8);
        return new RenderedText(plain, compress(plain), '"' + tag(plain) + '"');
    }

    @Override
    public List<byte[]> plainPieces() {
        return List.of(plain);
    }

    @Override
    public List<byte[]> gzipPieces() {
        return List.of(gzip);
    }

    /** Length and checksum: enough to tell the versions of one URL apart. */
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
