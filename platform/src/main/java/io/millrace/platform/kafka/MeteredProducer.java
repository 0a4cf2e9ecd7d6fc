package io.millrace.platform.kafka;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A producer whose meters are removed when it is closed. Thread-safe, like Kafka's producer. */
final class MeteredProducer extends KafkaProducer<String, byte[]> {
    private final ClientMeters.Binding meters;

    MeteredProducer(Map<String, Object> config, ClientMeters meters) {
        super(config, new StringSerializer(), new ByteArraySerializer());
        this.meters = meters.bind(this);
    }

    /** {@link #close()} calls this method, too. */
    @Override
    public void close(Duration timeout) {
        meters.close();
        super.close(timeout);
    }
}
