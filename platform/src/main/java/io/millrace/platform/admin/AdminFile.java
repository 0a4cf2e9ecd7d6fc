package io.millrace.platform.admin;

import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * A file that the admin port sends. Its bytes must not be changed.
 *
 * @param type media type
 * @param bytes content
 */
public record AdminFile(String type, byte[] bytes) {
    /** Returns a strong ETag (RFC 9110, 8.8.3), which consists of the size and a checksum of the bytes. */
    public String etag() {
        CRC32C check = new CRC32C();
        check.update(bytes);
        return "\"" + Integer.toHexString(bytes.length) + "-" + HexFormat.of().toHexDigits((int) check.getValue())
                + "\"";
    }
}
