package io.millrace.segmenter.topology;

import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.RecordSchema.Generic;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A record that the segmenter writes. Equal if topic, key and value are.
 *
 * @param topic {@code SEGMENTS} or {@code STREAMS}
 * @param key in the format of the topic
 * @param value encoded record, null for a tombstone
 * @param arrivalUs ingest stamp of the newest packet in it, 0 if it contains none
 */
public record SegmenterOutput(Topic topic, String key, byte[] value, long arrivalUs) {

    /** Returns a tombstone for an entry of {@code STREAMS}. */
    static SegmenterOutput tombstone(String key) {
        return new SegmenterOutput(Topic.STREAMS, key, null, 0);
    }

    /** Returns this output without ingest stamp, because its latency must not be measured. */
    SegmenterOutput unmeasured() {
        return new SegmenterOutput(topic, key, value, 0);
    }

    void write(Generic g) {
        g.put("topic", topic.name()).put("key", key).put("value", value == null ? null : ByteBuffer.wrap(value));
    }

    /** Reads an output to repeat. It has no ingest stamp, because its latency must not be measured. */
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
