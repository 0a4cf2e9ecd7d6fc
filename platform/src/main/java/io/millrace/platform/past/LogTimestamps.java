package io.millrace.platform.past;

/**
 * The Kafka timestamps of {@code index} and {@code parts}. They are the PROGRAM-DATE-TIME of the media, so that Kafka's
 * time index finds a moment no matter how late the packager wrote the record. They also determine retention, and are
 * therefore limited.
 */
public final class LogTimestamps {
    /**
     * The media of a publisher that is faster than real time runs ahead of the clock, but Kafka timestamps do so by no
     * more than this: brokers reject records that are more than an hour ahead ({@code message.timestamp.after.max.ms}),
     * and a record that is ahead is retained for that much longer.
     */
    public static final long LEAD_LIMIT_MS = 15 * 60_000;
    /**
     * Divisor: timestamps lag behind the clock by at most half of the retention. Otherwise, a wrong clock would make
     * Kafka delete new records.
     */
    private static final int LAG_DIVISOR = 2;

    private LogTimestamps() {}

    /**
     * Returns the Kafka timestamp of a record.
     *
     * @param programDateTimeMs ms since 1970
     * @param nowMs wall clock of the writer, ms since 1970
     * @param retentionMs retention of the topic
     */
    public static long of(long programDateTimeMs, long nowMs, long retentionMs) {
        return Math.clamp(programDateTimeMs, Math.max(0, nowMs - retentionMs / LAG_DIVISOR), nowMs + LEAD_LIMIT_MS);
    }
}
