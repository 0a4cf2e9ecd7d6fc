package io.millrace.outbound.relay;

import io.millrace.platform.UserError;
import io.millrace.platform.kafka.AcknowledgedWrite;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import java.time.Duration;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Writes the relays of the API to the topic {@code relay-rules}, which all relaying nodes read. Its records are in
 * partition 0, so that all nodes see the changes in one order. Thread-safe.
 */
final class DefinitionWriter implements AutoCloseable {
    static final int PARTITION = 0;
    static final Duration ANSWER = Duration.ofSeconds(10);
    private static final long BUFFER_BYTES = 1 << 20;

    private final KafkaClients kafka;
    private final KafkaProducer<String, byte[]> producer;
    private final RelayTable table;

    DefinitionWriter(KafkaClients kafka, String clientId, RelayTable table) {
        this.kafka = kafka;
        this.table = table;
        producer = kafka.producer(clientId, BUFFER_BYTES);
    }

    /**
     * Writes a definition, and returns when Kafka has acknowledged it and this node has read it.
     *
     * @throws UserError if Kafka does not respond
     */
    void put(RelayDefinition definition) {
        write(definition.name(), definition.encode());
    }

    /** Like {@link #put}, but deletes a relay. */
    void remove(String name) {
        write(name, null);
    }

    private void write(String name, byte[] value) {
        long offset = AcknowledgedWrite.send(producer,
                new ProducerRecord<>(kafka.settings().topic(Topic.RELAY_RULES), PARTITION, name, value), ANSWER)
                .offset();
        try {
            table.awaitRead(offset + 1, ANSWER);
        } catch (InterruptedException _) {
            // The record is written; only this node's answer may come before the change.
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
    }
}
