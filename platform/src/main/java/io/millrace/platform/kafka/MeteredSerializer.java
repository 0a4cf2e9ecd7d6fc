package io.millrace.platform.kafka;

import org.apache.kafka.common.serialization.Serializer;

/**
 * Passes on encoded records unchanged. A producer that is closed closes its serializer, which then removes the
 * producer's meters. Thread-safe.
 */
final class MeteredSerializer implements Serializer<byte[]> {
    private volatile ClientMeters.Binding meters = () -> {};

    void meters(ClientMeters.Binding ofProducer) {
        meters = ofProducer;
    }

    @Override
    public byte[] serialize(String topic, byte[] value) {
        return value;
    }

    @Override
    public void close() {
        meters.close();
    }
}
