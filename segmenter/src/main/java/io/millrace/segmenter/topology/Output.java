package io.millrace.segmenter.topology;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.MalformedException;
import io.millrace.platform.kafka.Topic;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An output record of the segmenter. Equal if topic, key and value are.
 *
 * @param topic {@code SEGMENTS} or {@code STREAMS}
 * @param key in the format of the topic
 * @param value encoded record, null for a tombstone. A tombstone is serialized with length 0, which no value has
 * @param arrivalUs ingest stamp of the newest packet in it, 0 if it contains none
 */
record Output(Topic topic, String key, byte[] value, long arrivalUs) {

    private static final byte[] NOTHING = {};

    /** Returns a tombstone for an entry of {@code STREAMS}. */
    static Output tombstone(String key) {
        return new Output(Topic.STREAMS, key, null, 0);
    }

    void write(ByteWriter out) {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        byte[] written = value == null ? NOTHING : value;
        out.uint8(topic == Topic.SEGMENTS ? 0 : 1).uint16(name.length).bytes(name).uint32(written.length)
                .bytes(written);
    }

    /** Reads an output to repeat. It has no ingest stamp, because its latency must not be measured. */
    static Output read(ByteReader in) {
        int sink = in.uint8("sink");
        if (sink > 1) {
            throw MalformedException.value("Output", "sink", sink, "0, 1");
        }
        String key = new String(in.bytes(in.uint16("keyBytes"), "key"), StandardCharsets.UTF_8);
        byte[] value = in.bytes(Math.toIntExact(in.uint32("valueBytes")), "value");
        return new Output(sink == 0 ? Topic.SEGMENTS : Topic.STREAMS, key, value.length == 0 ? null : value, 0);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Output o && topic == o.topic && key.equals(o.key) && Arrays.equals(value, o.value);
    }

    @Override
    public int hashCode() {
        return 31 * key.hashCode() + Arrays.hashCode(value);
    }
}
