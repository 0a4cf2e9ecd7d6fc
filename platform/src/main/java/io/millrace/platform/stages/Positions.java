package io.millrace.platform.stages;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.kafka.common.TopicPartition;

/**
 * The records that a group has not read, by its committed positions. Immutable.
 *
 * @param unread number of records by partition
 * @param next offset of the next record of each partition that has unread ones
 */
record Positions(Map<TopicPartition, Long> unread, Map<TopicPartition, Long> next) {
    /**
     * Returns the positions of a group. It begins with the oldest retained record of a partition in which it has no
     * position, or one that is no longer retained.
     *
     * @param committed a partition is absent if the group has no position in it
     * @param begins offset of the oldest retained record of each partition
     * @param ends offset after the newest record of each partition
     */
    static Positions of(Map<TopicPartition, Long> committed, Map<TopicPartition, Long> begins,
            Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> next = ends.keySet().stream().collect(Collectors.toMap(partition -> partition,
                partition -> Math.max(begins.get(partition), committed.getOrDefault(partition, 0L))));
        Map<TopicPartition, Long> unread = ends.keySet().stream().collect(Collectors.toMap(partition -> partition,
                partition -> Math.max(0, ends.get(partition) - next.get(partition))));
        next.keySet().removeIf(partition -> unread.get(partition) == 0);
        return new Positions(unread, Map.copyOf(next));
    }

    /** Returns the number of unread records. */
    long sum() {
        return counts().sum();
    }

    /** Returns the number of unread records of the partition that has most. */
    long max() {
        return counts().max().orElse(0);
    }

    private LongStream counts() {
        return unread.values().stream().mapToLong(Long::longValue);
    }
}
