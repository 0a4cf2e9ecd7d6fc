package io.millrace.outbound.webhook;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.StreamEvent;
import io.millrace.platform.log.StreamEvent.Type;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Writes events as a segmenter does. */
final class EventWriter implements AutoCloseable {
    static final long AT_MS = 1_767_225_600_000L;

    private final KafkaClients kafka;
    private final KafkaProducer<String, byte[]> producer;

    EventWriter(KafkaClients kafka) {
        this.kafka = kafka;
        producer = kafka.producer("test-events", 1 << 20);
    }

    /** Writes an event and returns its id. Blocks until it is acknowledged. */
    String write(String stream, Type type, long position) throws InterruptedException, ExecutionException {
        StreamEvent event = new StreamEvent(stream, type, new StreamEvent.Cause(position, 0), 3, 4, AT_MS + position,
                type == Type.AWAY ? "unpublished" : "", "");
        producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.EVENTS), kafka.partitionOf(stream), stream,
                LogCodec.encode(event))).get();
        return event.id();
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
    }
}
