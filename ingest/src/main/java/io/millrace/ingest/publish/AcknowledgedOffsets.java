package io.millrace.ingest.publish;

/**
 * Finds out by the offsets of a session's records whether the log has lost some of them: the offsets of one partition
 * increase in the order in which the records were sent.
 *
 * <p>Records may be acknowledged in another order. With one request in flight they are not, but a producer with several
 * would look like a loss otherwise: it repeats a request to a new leader after later ones, and gets the original offsets.
 *
 * <p>Records are numbered by the thread that sends them, and acknowledged on the producer's thread.
 */
final class AcknowledgedOffsets {
    private static final long CLAIM = -1;

    private long sent;
    /** The record with the greatest number of those that are acknowledged. */
    private long newest = CLAIM;
    private long newestOffset;

    /** @param claimOffset offset of the session's claim, which is acknowledged before anything else is sent */
    AcknowledgedOffsets(long claimOffset) {
        newestOffset = claimOffset;
    }

    /** Returns the number of the record that is sent next. */
    long send() {
        return sent++;
    }

    /**
     * Handles the acknowledgement of a record.
     *
     * @param record its number
     * @return whether its offset contradicts that of another acknowledged record, which the log must have lost
     */
    boolean showsLoss(long record, long offset) {
        if (record < newest) {
            return offset >= newestOffset;
        }
        boolean lost = offset <= newestOffset;
        newest = record;
        newestOffset = offset;
        return lost;
    }
}
