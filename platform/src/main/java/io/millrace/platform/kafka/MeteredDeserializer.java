package io.millrace.platform.kafka;

import io.millrace.platform.log.LogDeserializer;
import io.millrace.platform.log.LogRecord;
import java.nio.ByteBuffer;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Deserializes as {@link LogDeserializer} does. A consumer that is closed closes its deserializer, which then removes
 * the consumer's meters. Thread-safe.
 */
final class MeteredDeserializer implements Deserializer<LogRecord> {
    private final LogDeserializer records = new LogDeserializer();
    private volatile ClientMeters.Binding meters = () -> {};

    void meters(ClientMeters.Binding ofConsumer) {
        meters = ofConsumer;
    }

    @Override
    public LogRecord deserialize(String topic, byte[] value) {
        return records.deserialize(topic, value);
    }

    @Override
    public LogRecord deserialize(String topic, Headers headers, ByteBuffer value) {
        return records.deserialize(topic, headers, value);
    }

    @Override
    public void close() {
        meters.close();
    }
}
