package io.millrace.platform.past;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Bounds how much of the log one search reads, over all of its steps. Confined to one thread. */
public final class ReadBudget {
    private final long limitBytes;
    private long spentBytes;

    public ReadBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /**
     * Counts a record that was read.
     *
     * @throws ReadLimitException if that is more than the limit
     */
    void spend(ConsumerRecord<?, ?> record) {
        spentBytes += Math.max(0, record.serializedValueSize());
        if (spentBytes > limitBytes) {
            throw new ReadLimitException(
                    "more of the log than " + limitBytes + " bytes would have to be read for this");
        }
    }

    public long spentBytes() {
        return spentBytes;
    }
}
