package io.millrace.edge.log;

import io.millrace.platform.kafka.AcknowledgedWrite;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.kafka.Unreachable;
import io.millrace.platform.log.CueRequest;
import io.millrace.platform.log.LogCodec;
import java.time.Duration;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Writes the cues of the API to {@code packets}: one at a time, with a producer that exists from the first one on. */
public final class CueWriter implements AutoCloseable {
    private static final long PRODUCER_BYTES = 1 << 20;
    private static final Duration ANSWER = Duration.ofSeconds(20);

    private final KafkaClients kafka;
    private final String clientId;
    /** Null before the first cue. */
    private KafkaProducer<String, byte[]> producer;

    /** @param node this process's id, part of Kafka client ids */
    public CueWriter(KafkaClients kafka, String node) {
        this.kafka = kafka;
        clientId = node + "-edge-cues";
    }

    /**
     * Writes a cue. Blocks until the brokers have acknowledged it.
     *
     * @throws io.millrace.platform.UserError if Kafka does not respond; the cue may be written nevertheless
     */
    public synchronized void write(String stream, CueRequest cue) {
        try {
            if (producer == null) {
                producer = kafka.producer(clientId, PRODUCER_BYTES);
            }
        } catch (KafkaException e) {
            throw Unreachable.error(kafka.settings(), e);
        }
        AcknowledgedWrite.send(producer, new ProducerRecord<>(kafka.settings().topic(Topic.PACKETS),
                kafka.partitionOf(stream), StreamKey.of(stream), LogCodec.encode(cue)), ANSWER);
    }

    @Override
    public synchronized void close() {
        if (producer != null) {
            producer.close(Duration.ZERO);
        }
    }
}
