package io.millrace.platform.past;

/**
 * The Kafka timestamps of {@code index} and {@code parts}. They are the PROGRAM-DATE-TIME of the media, so that Kafka's
 * time index finds a moment no matter how late the packager was. They also determine retention, and are therefore
 * limited, by the time at which the cut was logged: repeated records have the same timestamp, whatever the clock of their
 * packager.
 */
public final class LogTimestamps {
    /**
     * A publisher may run ahead of the brokers' clock (faster than real time), but its timestamps by no more than this: brokers
     * reject records that are more than an hour ahead ({@code message.timestamp.after.max.ms}), and a record that is
     * ahead is retained for that much longer.
     */
    public static final long LEAD_LIMIT_MS = 15 * 60_000;
    /**
     * Timestamps lag behind that clock by no more than this fraction of the retention. Otherwise, a wrong clock would
     * make Kafka delete new records.
     */
    private static final int LAG_DIVISOR = 2;

    private LogTimestamps() {}

    /**
     * Returns the Kafka timestamp of a record.
     *
     * @param programDateTimeMs ms since 1970
     * @param loggedMs Kafka timestamp of the record's cut in {@code segments}, which is the time of a broker, ms since 1970
     * @param retentionMs retention of the topic
     */
    public static long of(long programDateTimeMs, long loggedMs, long retentionMs) {
        return Math.clamp(programDateTimeMs, Math.max(0, loggedMs - retentionMs / LAG_DIVISOR),
                loggedMs + LEAD_LIMIT_MS);
    }
}
