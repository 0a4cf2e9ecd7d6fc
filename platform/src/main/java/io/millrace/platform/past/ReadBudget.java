package io.millrace.platform.past;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Limits the bytes that one search reads from the log, over all of its steps. Confined to one thread. */
public final class ReadBudget {
    private final long limitBytes;
    private long spentBytes;

    /** @param limitBytes maximum size of the values of all records that are read */
    public ReadBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** Returns a budget without a limit, for readers whose reads delay no other client. */
    public static ReadBudget unlimited() {
        return new ReadBudget(Long.MAX_VALUE);
    }

    /**
     * Counts the bytes of a record that was read.
     *
     * @throws ReadLimitException if that exceeds the limit
     */
    void spend(ConsumerRecord<?, ?> record) {
        spentBytes += Math.max(0, record.serializedValueSize());
        if (spentBytes > limitBytes) {
            throw new ReadLimitException(
                    "the search would have to read more than " + limitBytes + " bytes of the log");
        }
    }

    public long spentBytes() {
        return spentBytes;
    }
}
