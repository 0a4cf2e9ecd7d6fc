package io.millrace.segmenter.topology;

import java.util.zip.CRC32C;

/**
 * The newest record of {@code packets} that a state contains. If the log no longer has that record at that offset, it has
 * lost records, and its offsets do not mean what they meant to the state. The bytes of a record are unique, so this also
 * detects a broker that was restored from an older copy, which repeats topic ids and leader epochs.
 *
 * @param offset offset of the record
 * @param check CRC-32C of its value, 0 for a tombstone
 */
public record LogMark(long offset, int check) {
    /** @param value null for a tombstone */
    public static LogMark of(long offset, byte[] value) {
        CRC32C crc = new CRC32C();
        if (value != null) {
            crc.update(value);
        }
        return new LogMark(offset, (int) crc.getValue());
    }
}
