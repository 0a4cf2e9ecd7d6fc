package io.millrace.platform.log;

/**
 * Takes the place of a record whose schema this release does not know: a newer release wrote it. Readers must not skip
 * it (see {@code StoppedPartitions}).
 *
 * @param fingerprint CRC-64-AVRO of the schema
 */
public record UnknownSchema(long fingerprint) implements LogRecord {
    @Override
    public String toString() {
        return "%016x".formatted(fingerprint);
    }
}
