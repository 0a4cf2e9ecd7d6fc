package io.millrace.ingest.publish;

/**
 * Detects by the offsets of a session's records whether the log has lost some of them: the offsets of one partition
 * increase in the order in which the records were sent.
 *
 * <p>Acknowledgements may arrive out of order: a producer with several requests in flight may repeat a request to a new
 * leader after later requests, and gets the original offsets. This is not mistaken for a loss.
 *
 * <p>The thread that sends records numbers them. Acknowledgements arrive on the producer's thread.
 */
final class AcknowledgedOffsets {
    private static final long CLAIM = -1;

    private long sent;
    /** The acknowledged record with the greatest number. */
    private long newest = CLAIM;
    private long newestOffset;

    /** @param claimOffset offset of the session's claim, which is acknowledged before anything else is sent */
    AcknowledgedOffsets(long claimOffset) {
        newestOffset = claimOffset;
    }

    /** Returns the number of the next record, which the caller sends. */
    long nextNumber() {
        return sent++;
    }

    /**
     * Handles the acknowledgement of a record.
     *
     * @param record number of the record, as returned by {@link #nextNumber}
     * @return whether the record's offset contradicts the offset of another acknowledged record, which the log must
     *        have lost
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
