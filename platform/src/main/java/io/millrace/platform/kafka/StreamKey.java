package io.millrace.platform.kafka;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Utils;

/**
 * Keys of the topics, and the partitioner: in every topic, the partition of a stream depends on its name alone.
 *
 * <p>A key is {@code live/show}, or {@code live/show#17} for a session or an epoch. Stream names cannot contain
 * {@code #}.
 *
 * @param stream name of the stream
 * @param number number of the session or epoch, -1 without one
 */
public record StreamKey(String stream, long number) {
    private static final long NONE = -1;

    /** Returns the key of a record that belongs to the stream as a whole. */
    public static String of(String stream) {
        return stream;
    }

    /** Returns the key of a record that belongs to one session or epoch of the stream. */
    public static String of(String stream, long number) {
        return stream + '#' + number;
    }

    /** Returns whether the key belongs to a record of the stream as a whole. */
    public boolean isOfStream() {
        return number == NONE;
    }

    /**
     * Parses a key of either form.
     *
     * @throws IllegalArgumentException if {@code key} is null or has an invalid number
     */
    public static StreamKey parse(String key) {
        if (key == null) {
            throw new IllegalArgumentException("a record without a key");
        }
        int hash = key.lastIndexOf('#');
        return hash < 0
                ? new StreamKey(key, NONE)
                : new StreamKey(key.substring(0, hash), Long.parseLong(key, hash + 1, key.length(), 10));
    }

    /**
     * Returns the partition of a stream, the same in all topics: murmur2 of the name, as in Kafka's default
     * partitioner.
     */
    public static int partition(String stream, int partitions) {
        return Utils.toPositive(Utils.murmur2(stream.getBytes(StandardCharsets.UTF_8))) % partitions;
    }
}
