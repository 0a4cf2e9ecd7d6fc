package io.millrace.platform.log;

/** A value of the topic {@code segments}. */
public sealed interface SegmentsRecord extends LogRecord permits Cut, EpochEnded {
    /** Number of the epoch's first session. */
    long epoch();
}
