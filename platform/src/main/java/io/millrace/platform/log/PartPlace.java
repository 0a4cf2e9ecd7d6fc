package io.millrace.platform.log;

/**
 * Where one part is in {@code parts}.
 *
 * @param offset of its record in the stream's partition
 * @param sizeBytes of the part
 * @param check CRC-32C of its bytes, 0 if unknown. Offsets are used again after the log has lost records; the checksum tells
 *     another part there from this one
 */
public record PartPlace(long offset, int sizeBytes, int check) {
    /** Creates a place as in version 1 of the log. */
    public PartPlace(long offset, int sizeBytes) {
        this(offset, sizeBytes, 0);
    }

    /** Returns whether a part with this size and checksum can be the one that the index means. */
    public boolean isOf(int bytes, int checksum) {
        return sizeBytes == bytes && (check == 0 || check == checksum);
    }
}
