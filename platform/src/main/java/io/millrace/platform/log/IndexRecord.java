package io.millrace.platform.log;

/** A value of the topic {@code index}. The records of a later epoch begin after the last record of an earlier one. */
public sealed interface IndexRecord extends LogRecord permits IndexedPart, EpochEnded {
    /** Number of the epoch's first session. */
    long epoch();
}
