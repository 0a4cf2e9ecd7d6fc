package io.millrace.ingest.session;

import io.millrace.platform.kafka.KafkaClients;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.clients.producer.MockProducer;

/** Creates ingest's log writer with Kafka's {@link MockProducer}, which acknowledges when the test says so. */
public final class LogOverMock {
    private LogOverMock() {}

    public static LogWriter of(KafkaClients kafka, MockProducer<String, byte[]> producer) {
        LogProducer all = new LogProducer(producer, () -> {}, "test", "nowhere");
        LogProducer heartbeats = new LogProducer(new MockProducer<>(), () -> {}, "test-heartbeats", "nowhere");
        int partitions = kafka.settings().partitions();
        return new LogWriter(kafka, all, heartbeats, List.of(all), new Lanes(1, Collections.nCopies(partitions, 0)));
    }
}
