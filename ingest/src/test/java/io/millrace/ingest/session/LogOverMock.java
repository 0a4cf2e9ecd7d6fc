package io.millrace.ingest.session;

import io.millrace.platform.kafka.KafkaClients;
import org.apache.kafka.clients.producer.MockProducer;

/** The writer of ingest over Kafka's own stand-in for a producer, which acknowledges when a test says so. */
public final class LogOverMock {
    private LogOverMock() {}

    public static LogWriter of(KafkaClients kafka, MockProducer<String, byte[]> producer) {
        return new LogWriter(kafka, new LogProducer(producer, () -> {}, "test", "nowhere"),
                new LogProducer(new MockProducer<>(), () -> {}, "test-heartbeats", "nowhere"));
    }
}
