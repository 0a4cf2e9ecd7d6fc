package io.millrace.simulation.kafka;

import java.util.List;

/**
 * The records that a producer sends in one request. A repeated request has the same batch.
 *
 * @param producer id of the producer, a new one for each start of a process
 * @param epoch increased by the producer after a batch whose outcome it does not know
 * @param sequence number of the first record for this producer, epoch and partition
 */
record Batch(long producer, int epoch, int sequence, List<Entry> entries) {
    /**
     * @param value null for a tombstone
     * @param timestampMs as its producer sets it
     */
    record Entry(String key, byte[] value, long timestampMs) {}

    /** Whether a record has a later timestamp than {@code timeMs}. */
    boolean isAfter(long timeMs) {
        for (Entry entry : entries) {
            if (entry.timestampMs() > timeMs) {
                return true;
            }
        }
        return false;
    }

    int nextSequence() {
        return sequence + entries.size();
    }
}
