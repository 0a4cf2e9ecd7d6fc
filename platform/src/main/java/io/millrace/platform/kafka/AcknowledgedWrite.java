package io.millrace.platform.kafka;

import io.millrace.platform.UserError;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;

/** Writes the record of one request of an operator, who gets an answer when Kafka has it. Thread-safe. */
public final class AcknowledgedWrite {
    private AcknowledgedWrite() {}

    /**
     * Sends a record, and blocks until Kafka has acknowledged it.
     *
     * @return its place in the log
     * @throws UserError if Kafka rejects the record or does not respond in time; in the latter case, it may be written later
     */
    public static RecordMetadata send(KafkaProducer<String, byte[]> producer, ProducerRecord<String, byte[]> record,
            Duration limit) {
        try {
            return producer.send(record).get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new UserError("Kafka did not accept the record: " + e.getCause().getMessage(), e);
        } catch (KafkaException | TimeoutException e) {
            throw new UserError("Kafka does not respond; the change may still take effect", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted while writing to Kafka", e);
        }
    }
}
