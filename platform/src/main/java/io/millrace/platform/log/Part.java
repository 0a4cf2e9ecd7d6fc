package io.millrace.platform.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The muxed bytes of one part in one rendition. In CMAF, the init section of the segment precedes those of its first
 * part ({@link PartPlace#initBytes}). The bytes of a segment are those of its parts, concatenated, without the init
 * section.
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
