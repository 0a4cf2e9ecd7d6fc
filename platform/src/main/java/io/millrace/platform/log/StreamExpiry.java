package io.millrace.platform.log;

/**
 * What has expired of a stream. A value of {@code streams}, keyed by the stream alone; it outlives the entries of the
 * epochs, so that readers can tell a stream or an epoch that has expired from one that never existed. An owner that was
 * replaced may write an older one late, so readers {@link #merge} all that they read.
 *
 * @param stream name of the stream
 * @param firstSeenMs start of the stream's first epoch, ms since 1970
 * @param lastEpoch number of the newest epoch that has expired, and all earlier ones with it
 * @param endMs end of that epoch, ms since 1970
 */
public record StreamExpiry(String stream, long firstSeenMs, long lastEpoch, long endMs) implements LogRecord {
    /** Returns what both say. Null is allowed for the other one. */
    public StreamExpiry merge(StreamExpiry other) {
        return other == null
                ? this
                : new StreamExpiry(stream, Math.min(firstSeenMs, other.firstSeenMs),
                        Math.max(lastEpoch, other.lastEpoch), Math.max(endMs, other.endMs));
    }
}
