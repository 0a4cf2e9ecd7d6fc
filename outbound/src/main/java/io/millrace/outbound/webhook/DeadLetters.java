package io.millrace.outbound.webhook;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.DeadLetter;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Redelivery;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Writes the dead letters of a process, and what becomes of them. Thread-safe. */
final class DeadLetters implements AutoCloseable {
    private static final long BUFFER_BYTES = 1 << 20;

    private final KafkaClients kafka;
    private final KafkaProducer<String, byte[]> producer;

    DeadLetters(KafkaClients kafka, String clientId) {
        this.kafka = kafka;
        producer = kafka.producer(clientId, BUFFER_BYTES);
    }

    /**
     * Writes a letter. Blocks until it is acknowledged.
     *
     * @throws KafkaException if it is not acknowledged in time; the letter may be in the log nevertheless
     */
    void write(String webhook, Delivery delivery, Attempt.Rejected why, int attempts, long nowMs)
            throws InterruptedException {
        write(delivery.event().stream(), new DeadLetter(webhook, delivery.place(), why.status(), why.reason(), attempts,
                nowMs, ByteBuffer.wrap(LogCodec.encode(delivery.event()))));
    }

    /** Like {@link #write(String, Delivery, Attempt.Rejected, int, long)}, with the state of a redelivery. */
    void write(String webhook, Delivery delivery, Redelivery.State state, long nowMs) throws InterruptedException {
        write(delivery.event().stream(), new Redelivery(webhook, delivery.place(), state, nowMs,
                ByteBuffer.wrap(LogCodec.encode(delivery.event()))));
    }

    private void write(String stream, LogRecord record) throws InterruptedException {
        try {
            producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.DEAD_LETTERS), kafka.partitionOf(stream),
                    stream, LogCodec.encode(record))).get();
        } catch (ExecutionException e) {
            throw new KafkaException("the record in dead-letters was not acknowledged", e.getCause());
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(1));
    }
}
