package io.millrace.platform.log;

/**
 * The start of a period: of the first segment with a discontinuity number. It relates the timeline of all segments with
 * that number to the wall clock once and for all, whereas PROGRAM-DATE-TIME follows the clock of ingest.
 *
 * @param startTicks as in {@link PartTimes}, of the segment's first part
 * @param programDateTimeMs as in {@link PartTimes}, of the segment's first part
 */
public record PeriodStart(long startTicks, long programDateTimeMs) {
    /** The start in records of releases that did not write it. */
    public static final PeriodStart UNKNOWN = new PeriodStart(0, 0);

    public boolean isKnown() {
        return programDateTimeMs != 0;
    }
}
