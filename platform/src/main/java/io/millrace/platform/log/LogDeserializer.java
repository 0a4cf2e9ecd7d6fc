package io.millrace.platform.log;

import java.nio.ByteBuffer;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads values of the topics without copying their payload: it shares the memory of the fetch response, and keeps that
 * whole response alive as long as it is referenced. What is kept for long is copied by who keeps it.
 *
 * <p>Never throws for bad bytes: they become {@link Undecodable}. A tombstone is null. Thread-safe.
 */
public final class LogDeserializer implements Deserializer<LogRecord> {
    @Override
    public LogRecord deserialize(String topic, byte[] value) {
        return value == null ? null : LogCodec.decode(ByteBuffer.wrap(value));
    }

    @Override
    public LogRecord deserialize(String topic, Headers headers, ByteBuffer value) {
        return value == null ? null : LogCodec.decode(value);
    }
}
