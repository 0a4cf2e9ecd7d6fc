package io.millrace.outbound.relay;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the states of relays to the log, in the order in which each relay passes them. A state that cannot be written
 * is dropped: its relay writes a newer one soon, and until then its next owner would repeat some media. Thread-safe.
 */
final class StateWriter implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StateWriter.class);
    private static final long BUFFER_BYTES = 1 << 20;
    /** How long a relay may wait for room in the buffer, or for the leader of its partition. */
    private static final int BLOCK_MS = 500;

    private final KafkaClients kafka;
    private final KafkaProducer<String, byte[]> producer;

    StateWriter(KafkaClients kafka, String clientId) {
        this.kafka = kafka;
        // Without idempotence, no failed write can end the producer; with one request at a time, order is kept.
        producer = kafka.producer(clientId, BUFFER_BYTES,
                Map.of(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false,
                        ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG, BLOCK_MS));
    }

    /** Writes a state. Blocks for at most half a second. */
    void write(RelayState state) {
        write(state.key(), state.encode());
    }

    /** Removes the state of a relay that was deleted. Blocks for at most half a second. */
    void remove(RelayKey key) {
        write(key, null);
    }

    private void write(RelayKey key, byte[] value) {
        try {
            producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.RELAYS), kafka.partitionOf(key.stream()),
                    key.toString(), value), (_, e) -> {
                        if (e != null) {
                            dropped(key, e);
                        }
                    });
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            dropped(key, e);
        }
    }

    private static void dropped(RelayKey key, Exception e) {
        log.info("{}: the position of relay {} was not recorded; it will be soon: {}", key.stream(), key.relay(),
                e.toString());
    }

    /** Waits until everything is written, as long as a write may take. */
    @Override
    public void close() {
        producer.close();
    }
}
