package io.millrace.outbound.relay;

import io.millrace.platform.UserError;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

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
        try {
            long offset = producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.RELAY_RULES), PARTITION,
                    name, value)).get(ANSWER.toSeconds(), TimeUnit.SECONDS).offset();
            table.awaitRead(offset + 1, ANSWER);
        } catch (ExecutionException e) {
            throw new UserError("Kafka did not accept the record: " + e.getCause().getMessage(), e);
        } catch (KafkaException | TimeoutException e) {
            throw new UserError("Kafka does not respond; the change may still take effect", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted while writing to Kafka", e);
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
    }
}
