package io.millrace.ingest.session;

import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.NodeHeartbeat;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamEvent;
import io.millrace.platform.log.StreamExpiry;
import io.millrace.platform.log.Withdrawal;
import org.apache.kafka.clients.producer.Callback;

/**
 * Writes the records of sessions: {@code packets}, {@code sessions}, expiry in {@code streams} and {@code events}, for each partition
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

    /**
     * Writes a heartbeat, which shows that this process is running. It is sent by a producer of its own, so it never
     * waits for other records.
     */
    void heartbeat(NodeHeartbeat heartbeat, Outcome outcome);

    /**
     * Writes any other record. The methods below know which partition and key it has.
     *
     * @param value null for a tombstone
     */
    void write(Topic topic, int partition, String key, byte[] value, Outcome outcome);

    /** Returns the partition of {@code stream}, the same in every topic. */
    int partitionOf(String stream);

    /** Writes a record without media to {@code packets}. */
    default void packets(int partition, String stream, PacketsRecord record, Outcome outcome) {
        write(Topic.PACKETS, partition, StreamKey.of(stream), LogCodec.encode(record), outcome);
    }

    /** Writes a notice to {@code sessions}. */
    default void notice(SessionNotice notice, Outcome outcome) {
        write(Topic.SESSIONS, partitionOf(notice.stream()), StreamKey.of(notice.stream(), notice.session()),
                LogCodec.encode(notice), outcome);
    }

    /** Removes a session from {@code sessions}. */
    default void tombstone(String stream, long session, Outcome outcome) {
        write(Topic.SESSIONS, partitionOf(stream), StreamKey.of(stream, session), null, outcome);
    }

    /** Writes the expiry of a stream to the directory, {@code streams}. */
    default void expiry(StreamExpiry record, Outcome outcome) {
        write(Topic.STREAMS, partitionOf(record.stream()), StreamKey.of(record.stream()), LogCodec.encode(record),
                outcome);
    }

    /** Writes an event to {@code events}. */
    default void event(StreamEvent event, Outcome outcome) {
        write(Topic.EVENTS, partitionOf(event.stream()), StreamKey.of(event.stream()), LogCodec.encode(event), outcome);
    }

    /** Removes the expiry of a stream from the directory. */
    default void expiryGone(String stream, Outcome outcome) {
        write(Topic.STREAMS, partitionOf(stream), StreamKey.of(stream), null, outcome);
    }

    /** Removes a withdrawal from the directory. */
    default void withdrawalGone(Withdrawal.Key key, Outcome outcome) {
        write(Topic.STREAMS, partitionOf(key.stream()), key.toString(), null, outcome);
    }

    /** Writes an epoch's entry to the directory again. */
    default void entry(StreamEntry entry, Outcome outcome) {
        write(Topic.STREAMS, partitionOf(entry.stream()), StreamKey.of(entry.stream(), entry.epoch()),
                LogCodec.encode(entry), outcome);
    }

    /** Removes an epoch from the directory. */
    default void epochGone(String stream, long epoch, Outcome outcome) {
        write(Topic.STREAMS, partitionOf(stream), StreamKey.of(stream, epoch), null, outcome);
    }
}
