package io.millrace.segmenter.topology;

import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.RecordSchema.Generic;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A record that the segmenter writes. Two outputs are equal if their topics, keys and values are.
 *
 * @param topic {@code SEGMENTS}, {@code STREAMS} or {@code EVENTS}
 * @param key key in the format of the topic
 * @param value encoded record, null for a tombstone
 * @param arrivalUs arrival at ingest of the newest packet in the record, in µs since 1970; 0 if the latency of the
 *        record is not measured
 */
public record SegmenterOutput(Topic topic, String key, byte[] value, long arrivalUs) {

    /** Returns a tombstone for an entry in {@code STREAMS}. */
    static SegmenterOutput tombstone(String key) {
        return new SegmenterOutput(Topic.STREAMS, key, null, 0);
    }

    /** Returns this output without arrival time, so that its latency is not measured. */
    SegmenterOutput unmeasured() {
        return new SegmenterOutput(topic, key, value, 0);
    }

    void write(Generic g) {
        g.put("topic", topic.name()).put("key", key).put("value", value == null ? null : ByteBuffer.wrap(value));
    }

    /** Reads an output that must be repeated. It has no arrival time, so that its latency is not measured. */
    static SegmenterOutput read(Generic g) {
        return new SegmenterOutput(g.symbol("topic", Topic.class), g.text("key"),
                g.isNull("value") ? null : g.bytes("value").array(),
                0);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SegmenterOutput o && topic == o.topic && key.equals(o.key)
                && Arrays.equals(value, o.value);
    }

    @Override
    public int hashCode() {
        return 31 * key.hashCode() + Arrays.hashCode(value);
    }
}
