package io.millrace.platform.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The muxed bytes of one part, or of an init section, in one rendition. The bytes of a segment are those of its parts,
 * concatenated.
 *
 * @param id identity of the part in its stream
 * @param rendition the rendition that the part belongs to
 * @param bytes at most 8 MiB; shares memory with the record that it was read from
 */
public record Part(PartId id, RenditionId rendition, ByteBuffer bytes) implements LogRecord {
    /** Returns the CRC-32C of the bytes. */
    public int check() {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }
}
