package io.millrace.simulation;

import io.millrace.ingest.session.SessionLog;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.NodeHeartbeat;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamExpiry;
import io.millrace.simulation.kafka.ModelKafka;
import io.millrace.simulation.kafka.ModelProducer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/** The log of an ingest node: production's interface over the model's producer. Confined to one thread. */
final class NodeLog implements SessionLog {
    /** Receives the media records that the process knows to be in the log. */
    @FunctionalInterface
    interface Witness {
        void acknowledged(String stream, byte[] value);
    }

    private final ModelKafka kafka;
    private final ModelProducer producer;
    private final Witness witness;

    NodeLog(ModelKafka kafka, ModelProducer producer, Witness witness) {
        this.kafka = kafka;
        this.producer = producer;
        this.witness = witness;
    }

    @Override
    public void media(int partition, String stream, byte[] value, Callback callback) {
        send(NodeSettings.PACKETS, partition, stream, value, (offset, failure) -> {
            if (failure == null) {
                witness.acknowledged(stream, value);
            }
            callback.onCompletion(failure == null ? metadata(partition, offset) : null, failure);
        });
    }

    private static RecordMetadata metadata(int partition, long offset) {
        return new RecordMetadata(new TopicPartition(NodeSettings.PACKETS, partition), offset, 0, 0, 0, 0);
    }

    @Override
    public void packets(int partition, String stream, PacketsRecord record, Outcome outcome) {
        send(NodeSettings.PACKETS, partition, StreamKey.of(stream), LogCodec.encode(record), outcome);
    }

    @Override
    public void notice(SessionNotice notice, Outcome outcome) {
        sessions(notice.stream(), notice.session(), LogCodec.encode(notice), outcome);
    }

    @Override
    public void heartbeat(NodeHeartbeat heartbeat, Outcome outcome) {
        send(NodeSettings.NODES, NodeHeartbeat.PARTITION, heartbeat.key(), LogCodec.encode(heartbeat), outcome);
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
        send(NodeSettings.STREAMS, NodeSettings.KAFKA.partitionOf(stream), key, value, outcome);
    }

    private void sessions(String stream, long session, byte[] value, Outcome outcome) {
        send(NodeSettings.SESSIONS, NodeSettings.KAFKA.partitionOf(stream), StreamKey.of(stream, session), value,
                outcome);
    }

    private void send(String topic, int partition, String key, byte[] value, Outcome outcome) {
        producer.send(kafka.partition(topic, partition), key, value, 0, outcome::done);
    }
}
