package io.millrace.platform.log;

/**
 * States up to which epoch a stream has expired. A value of {@code streams}, keyed by the stream name alone. It
 * outlives the entries of the epochs, so that readers can tell an expired stream or epoch from one that never existed.
 * A replaced owner may write an older record late, so readers {@link #merge} all records that they read.
 *
 * @param stream name of the stream
 * @param firstSeenMs start of the stream's first epoch, ms since 1970
 * @param lastEpoch number of the newest expired epoch; all earlier epochs have expired as well
 * @param endMs end of that epoch, ms since 1970
 */
public record StreamExpiry(String stream, long firstSeenMs, long lastEpoch, long endMs) implements LogRecord {
    /** Returns a record that covers both this record and {@code other}, which may be null. */
    public StreamExpiry merge(StreamExpiry other) {
        return other == null
                ? this
                : new StreamExpiry(stream, Math.min(firstSeenMs, other.firstSeenMs),
                        Math.max(lastEpoch, other.lastEpoch), Math.max(endMs, other.endMs));
    }
}
