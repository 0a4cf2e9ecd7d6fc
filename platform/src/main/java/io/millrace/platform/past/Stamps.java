package io.millrace.platform.past;

/**
 * The Kafka timestamps of {@code index} and {@code parts}: the media's PROGRAM-DATE-TIME, so that Kafka's own time index
 * leads to a moment, however late the packager was. Retention goes by it, too, which is why there are limits.
 */
public final class Stamps {
    /**
     * A publisher may run ahead of the clock (faster than real time), its stamps by no more than this: brokers refuse what
     * is an hour ahead ({@code message.timestamp.after.max.ms}), and what is stamped ahead is retained so much longer.
     */
    public static final long LEAD_LIMIT_MS = 15 * 60_000;
    /** Nor do they lag more than this part of the retention behind: a wrong clock would have the log delete the new. */
    private static final int LAG_DIVISOR = 2;

    private Stamps() {}

    /**
     * @param programDateTimeMs ms since 1970
     * @param nowMs wall clock of the writer, ms since 1970
     * @param retentionMs of the topic
     */
    public static long of(long programDateTimeMs, long nowMs, long retentionMs) {
        return Math.clamp(programDateTimeMs, Math.max(0, nowMs - retentionMs / LAG_DIVISOR), nowMs + LEAD_LIMIT_MS);
    }
}
