package io.millrace.ingest.session;

import io.millrace.platform.log.NodeHeartbeat;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamExpiry;
import org.apache.kafka.clients.producer.Callback;

/**
 * Writes the records of sessions: {@code packets}, {@code sessions}, and expiry in {@code streams}, for each partition
 * in the order of the calls. Every call returns immediately. The outcome is reported on the producer's thread, or on
 * the calling thread if the record could not be queued.
 *
 * <p>Thread-safe.
 */
public interface SessionLog {
    /** Called when a record without media is acknowledged or has failed. */
    @FunctionalInterface
    interface Outcome {
        /** Ignores the outcome. */
        Outcome IGNORED = (_, _) -> {};

        /**
         * Reports the outcome.
         *
         * @param offset offset of the record in its partition, -1 if the record has failed
         * @param failure why the record has failed, or null if it is acknowledged
         */
        void done(long offset, Exception failure);
    }

    /**
     * Writes a record of media to {@code packets}.
     *
     * @param value the encoded record; must not be changed after the call
     * @param callback called like {@link Outcome#done}
     */
    void media(int partition, String stream, byte[] value, Callback callback);

    /** Writes a record without media to {@code packets}. */
    void packets(int partition, String stream, PacketsRecord record, Outcome outcome);

    /** Writes a notice to {@code sessions}. */
    void notice(SessionNotice notice, Outcome outcome);

    /**
     * Writes a heartbeat, which shows that this process is running. It is sent by a producer of its own, so it never
     * waits for other records.
     */
    void heartbeat(NodeHeartbeat heartbeat, Outcome outcome);

    /** Removes a session from {@code sessions}. */
    void tombstone(String stream, long session, Outcome outcome);

    /** Writes the expiry of a stream to the directory, {@code streams}. */
    void expiry(StreamExpiry record, Outcome outcome);

    /** Removes the expiry of a stream from the directory. */
    void expiryGone(String stream, Outcome outcome);

    /** Writes an epoch's entry to the directory again. */
    void entry(StreamEntry entry, Outcome outcome);

    /** Removes an epoch from the directory. */
    void epochGone(String stream, long epoch, Outcome outcome);
}
