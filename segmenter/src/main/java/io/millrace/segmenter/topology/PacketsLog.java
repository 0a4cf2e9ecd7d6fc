package io.millrace.segmenter.topology;

/** Reads {@code packets} independently of Kafka Streams, to compare states with the log and to rebuild them from it. */
public interface PacketsLog {
    /** Receives the records of {@link #read}. */
    @FunctionalInterface
    interface Visitor {
        void record(String stream, long offset, byte[] value);
    }

    /**
     * Returns whether the log contains the record of {@code mark}, or has expired it. Blocks.
     *
     * @throws org.apache.kafka.common.errors.TimeoutException if Kafka does not respond in time
     */
    boolean has(LogMark mark, int partition);

    /**
     * Passes all retained records from {@code from} (inclusive) to {@code to} (exclusive) to {@code visitor}, in log
     * order. Blocks.
     *
     * @throws org.apache.kafka.common.errors.TimeoutException if Kafka does not respond in time
     * @throws io.millrace.platform.past.NewerReleaseException if this release cannot read one of the records
     */
    void read(int partition, long from, long to, Visitor visitor);
}
