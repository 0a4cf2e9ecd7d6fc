package io.millrace.simulation.kafka;

import java.util.List;

/**
 * What a producer sends in one request. Repeated requests are the same batch.
 *
 * @param producer id of the producer, one for each start of a process
 * @param epoch increased by the producer after a batch whose outcome it does not know
 * @param sequence number of the first record for this producer, epoch and partition
 */
record Batch(long producer, int epoch, int sequence, List<Entry> entries) {
    /** @param value null for a tombstone */
    record Entry(String key, byte[] value) {}
}
