package io.millrace.platform.log;

/**
 * A record of {@code index}: the parts of a stream that are available, and those that never will be. Readers use the
 * first record of an identity (stream, part and format) and ignore all others.
 */
public sealed interface IndexRecord extends LogRecord permits IndexEntry, Gap {
    /** Identity of the part in its stream; for a gap, of the first part that is missing. */
    PartId id();

    Format format();

    /** Whether no part of the segment follows. */
    boolean last();

    PartTimes times();

    /** How the segment continues its epoch. */
    SegmentStart start();
}
