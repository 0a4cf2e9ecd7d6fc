package io.millrace.ingest.policy;

/** Counts what the rules for publishing decide. Thread-safe. */
public interface PolicyMeters {
    void refused(Decision.Reason reason);

    void hookAnswered(long nanos);

    /** The hook was asked and gave no answer. */
    void hookFailed();
}
