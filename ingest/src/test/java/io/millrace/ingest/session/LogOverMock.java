package io.millrace.ingest.session;

import io.millrace.platform.kafka.KafkaClients;
import org.apache.kafka.clients.producer.MockProducer;

/** Creates ingest's log writer with Kafka's {@link MockProducer}, which acknowledges when the test says so. */
public final class LogOverMock {
    private LogOverMock() {}

    public static LogWriter of(KafkaClients kafka, MockProducer<String, byte[]> producer) {
        return new LogWriter(kafka, new LogProducer(producer, () -> {}, "test", "nowhere"));
    }
}
