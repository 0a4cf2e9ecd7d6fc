package io.millrace.packager.loop;

import io.millrace.platform.kafka.Topic;

/** Appends records to the log. Thread-safe. */
interface RecordLog {
    /**
     * Appends a record. May block for a bounded time.
     *
     * @param timeMs its Kafka timestamp, ms since 1970
     * @param result called once, on any thread
     */
    void append(Topic topic, int partition, String stream, long timeMs, byte[] value, Result result);

    /** Receives the result of an append. */
    interface Result {
        /**
         * @param offset of the record; unspecified after a failure
         * @param failure null if the record is in the log
         */
        void appended(long offset, Exception failure);
    }
}
