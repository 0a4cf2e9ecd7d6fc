package io.millrace.platform.log;

/**
 * Where one part is in {@code parts}.
 *
 * @param offset offset of the part's record in the stream's partition of {@code parts}
 * @param sizeBytes size of the part's bytes
 * @param check CRC-32C of the part's bytes, 0 if unknown. After the log has lost records, another part may be at the
 *     same offset; the checksum tells the two apart
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
