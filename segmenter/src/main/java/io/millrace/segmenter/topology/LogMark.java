package io.millrace.segmenter.topology;

import java.util.zip.CRC32C;

/**
 * Identifies the newest record of {@code packets} that a state contains. If the log has another record or none at that
 * offset, and has not expired it, the log has lost records, and the state's offsets no longer refer to the same
 * records. The bytes of a record are unique, so this also detects a broker that was restored from an older copy, which
 * repeats topic ids and leader epochs.
 *
 * @param offset offset of the record
 * @param check CRC-32C of the record's value, 0 for a tombstone
 */
public record LogMark(long offset, int check) {
    /**
     * Returns the mark of a record.
     *
     * @param value the record's value, null for a tombstone
     */
    public static LogMark of(long offset, byte[] value) {
        CRC32C crc = new CRC32C();
        if (value != null) {
            crc.update(value);
        }
        return new LogMark(offset, (int) crc.getValue());
    }
}
