package io.millrace.platform.access;

/** Counts the decisions about publishers and the requests to the hook. Thread-safe. */
public interface AccessMeters {
    /** Counts a publisher that was refused for {@code reason}. */
    void refused(Decision.Reason reason);

    /** Records the duration of a request to the hook, whether or not the hook answered. */
    void hookAnswered(long nanos);

    /** Counts a request to which the hook gave no valid answer in time. */
    void hookFailed();
}
