package io.millrace.platform.log;

import java.nio.ByteBuffer;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Deserializes values of the topics without copying the payload, which shares the memory of the fetch response and
 * keeps the whole response alive. Callers copy payloads that they keep for long.
 *
 * <p>Never throws for invalid bytes: the result is {@link Undecodable}. A tombstone is null. Thread-safe.
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
