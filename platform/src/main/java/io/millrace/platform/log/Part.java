package io.millrace.platform.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The muxed bytes of one part in one format. The bytes of a segment are those of its parts, concatenated.
 *
 * @param id identity of the part in its stream
 * @param format container format
 * @param bytes at most 8 MiB; shares memory with the record that it was read from
 */
public record Part(PartId id, Format format, ByteBuffer bytes) implements LogRecord {
    /** Returns the CRC-32C of the bytes. */
    public int check() {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }
}
