package io.millrace.platform.kafka;

import io.millrace.platform.log.LogDeserializer;
import io.millrace.platform.log.LogRecord;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A consumer whose meters are removed when it is closed. Has the threading rules of Kafka's consumer. */
final class MeteredConsumer extends KafkaConsumer<String, LogRecord> {
    private final ClientMeters.Binding meters;

    MeteredConsumer(Map<String, Object> config, ClientMeters meters) {
        super(config, new StringDeserializer(), new LogDeserializer());
        this.meters = meters.bind(this);
    }

    @Override
    public void close() {
        meters.close();
        super.close();
    }

    @Override
    public void close(CloseOptions option) {
        meters.close();
        super.close(option);
    }
}
