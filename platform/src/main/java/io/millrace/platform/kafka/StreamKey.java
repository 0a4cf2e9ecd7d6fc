package io.millrace.platform.kafka;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Utils;

/**
 * Keys of the topics, and the one rule that gives a stream its partition: by its name alone, in every topic.
 *
 * <p>A key is {@code live/show}, or {@code live/show#17} where a session or an epoch belongs to it; {@code #} stands in
 * no name.
 *
 * @param stream the stream's name
 * @param number session or epoch, -1 without one
 */
public record StreamKey(String stream, long number) {
    /** The key of a record that belongs to the stream as a whole. */
    public static String of(String stream) {
        return stream;
    }

    /** The key of a record that belongs to one session or epoch of the stream. */
    public static String of(String stream, long number) {
        return stream + '#' + number;
    }

    /** @throws IllegalArgumentException if {@code key} is no key of ours */
    public static StreamKey parse(String key) {
        int hash = key.lastIndexOf('#');
        return hash < 0
                ? new StreamKey(key, -1)
                : new StreamKey(key.substring(0, hash), Long.parseLong(key, hash + 1, key.length(), 10));
    }

    /** The stream's partition, the same in all topics: murmur2 of the name, as Kafka's own clients do for such a key. */
    public static int partition(String stream, int partitions) {
        return Utils.toPositive(Utils.murmur2(stream.getBytes(StandardCharsets.UTF_8))) % partitions;
    }
}
