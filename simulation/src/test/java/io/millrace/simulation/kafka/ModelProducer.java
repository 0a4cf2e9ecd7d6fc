package io.millrace.simulation.kafka;

import io.millrace.ingest.session.SessionLog;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.NodeHeartbeat;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamExpiry;
import io.millrace.simulation.engine.SimulatedProcess;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The idempotent producer of one process, with one request in flight for each partition. A {@link Lane} has the records of a
 * partition. Confined to one thread.
 */
public final class ModelProducer implements SessionLog {
    /** @param partitionOf a stream, the same in every topic */
    public record Topics(String packets, String sessions, String streams, String nodes,
            ToIntFunction<String> partitionOf) {}

    /**
     * @param requestMs a request without a response is repeated after this
     * @param deliveryMs a record that is not acknowledged after this has failed
     */
    public record Times(int requestMs, int deliveryMs) {}

    /** Receives the media records that the process knows to be in the log. */
    @FunctionalInterface
    public interface Witness {
        void acknowledged(String stream, byte[] value);
    }

    private final ModelKafka kafka;
    private final long id;
    private final SimulatedProcess process;
    private final Topics topics;
    private final Witness witness;
    private final Times times;
    private final Map<ModelPartition, Lane> lanes = new HashMap<>();
    private long slowUntilMs;

    ModelProducer(ModelKafka kafka, long id, SimulatedProcess process, Topics topics, Witness witness, Times times) {
        this.kafka = kafka;
        this.id = id;
        this.process = process;
        this.topics = topics;
        this.witness = witness;
        this.times = times;
    }

    /** Requests that are sent until then may be lost, or arrive much later. */
    public void slowUntil(long atMs) {
        slowUntilMs = atMs;
    }

    @Override
    public void media(int partition, String stream, byte[] value, Callback callback) {
        lane(topics.packets(), partition).add(stream, value, (offset, failure) -> {
            if (failure == null) {
                witness.acknowledged(stream, value);
            }
            callback.onCompletion(failure == null ? metadata(partition, offset) : null, failure);
        });
    }

    private RecordMetadata metadata(int partition, long offset) {
        return new RecordMetadata(new TopicPartition(topics.packets(), partition), offset, 0, 0, 0, 0);
    }

    @Override
    public void packets(int partition, String stream, PacketsRecord record, Outcome outcome) {
        lane(topics.packets(), partition).add(StreamKey.of(stream), LogCodec.encode(record), outcome);
    }

    @Override
    public void notice(SessionNotice notice, Outcome outcome) {
        sessions(notice.stream(), notice.session(), LogCodec.encode(notice), outcome);
    }

    @Override
    public void heartbeat(NodeHeartbeat heartbeat, Outcome outcome) {
        lane(topics.nodes(), NodeHeartbeat.PARTITION).add(heartbeat.key(), LogCodec.encode(heartbeat), outcome);
    }

    @Override
    public void tombstone(String stream, long session, Outcome outcome) {
        sessions(stream, session, null, outcome);
    }

    @Override
    public void epochGone(String stream, long epoch, Outcome outcome) {
        streams(stream, StreamKey.of(stream, epoch), null, outcome);
    }

    @Override
    public void entry(StreamEntry entry, Outcome outcome) {
        streams(entry.stream(), StreamKey.of(entry.stream(), entry.epoch()), LogCodec.encode(entry), outcome);
    }

    @Override
    public void expiry(StreamExpiry record, Outcome outcome) {
        streams(record.stream(), StreamKey.of(record.stream()), LogCodec.encode(record), outcome);
    }

    @Override
    public void expiryGone(String stream, Outcome outcome) {
        streams(stream, StreamKey.of(stream), null, outcome);
    }

    private void streams(String stream, String key, byte[] value, Outcome outcome) {
        lane(topics.streams(), topics.partitionOf().applyAsInt(stream)).add(key, value, outcome);
    }

    private void sessions(String stream, long session, byte[] value, Outcome outcome) {
        lane(topics.sessions(), topics.partitionOf().applyAsInt(stream)).add(StreamKey.of(stream, session), value,
                outcome);
    }

    private Lane lane(String topic, int partition) {
        ModelPartition of = kafka.partition(topic, partition);
        return lanes.computeIfAbsent(of, _ -> new Lane(kafka, of, id, process, times, () -> slowUntilMs));
    }
}
