package io.millrace.simulation;

import io.millrace.ingest.session.SessionLog;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.NodeHeartbeat;
import io.millrace.simulation.kafka.ModelKafka;
import io.millrace.simulation.kafka.ModelProducer;
import io.millrace.simulation.kafka.NextRelease;
import java.util.function.BooleanSupplier;
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
    private final BooleanSupplier isNextRelease;

    /** @param isNextRelease whether {@code packets} is written as by the next release */
    NodeLog(ModelKafka kafka, ModelProducer producer, Witness witness, BooleanSupplier isNextRelease) {
        this.kafka = kafka;
        this.producer = producer;
        this.witness = witness;
        this.isNextRelease = isNextRelease;
    }

    @Override
    public void media(int partition, String stream, byte[] value, Callback callback) {
        send(NodeSettings.PACKETS, partition, stream, written(value), (offset, failure) -> {
            if (failure == null) {
                witness.acknowledged(stream, value);
            }
            callback.onCompletion(failure == null ? metadata(partition, offset) : null, failure);
        });
    }

    private static RecordMetadata metadata(int partition, long offset) {
        return new RecordMetadata(new TopicPartition(NodeSettings.PACKETS, partition), offset, 0, 0, 0, 0);
    }

    private byte[] written(byte[] value) {
        return isNextRelease.getAsBoolean() ? NextRelease.written(value) : value;
    }

    @Override
    public void heartbeat(NodeHeartbeat heartbeat, Outcome outcome) {
        send(NodeSettings.NODES, NodeHeartbeat.PARTITION, heartbeat.key(), LogCodec.encode(heartbeat), outcome);
    }

    @Override
    public void write(Topic topic, int partition, String key, byte[] value, Outcome outcome) {
        send(NodeSettings.KAFKA.settings().topic(topic), partition, key,
                topic == Topic.PACKETS ? written(value) : value, outcome);
    }

    @Override
    public int partitionOf(String stream) {
        return NodeSettings.KAFKA.partitionOf(stream);
    }

    private void send(String topic, int partition, String key, byte[] value, Outcome outcome) {
        producer.send(kafka.partition(topic, partition), key, value, 0, outcome::done);
    }
}
