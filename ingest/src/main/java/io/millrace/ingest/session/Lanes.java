package io.millrace.ingest.session;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;

/**
 * Assigns partitions to producers, so that a slow replica delays only the partitions that it replicates. A broker
 * answers the requests of one connection one after the other, and answers a request only when all partitions in the
 * request have replicated its records. So partitions that have the same leader but different replicas must not share a
 * connection.
 *
 * <p>Partitions with the same replicas share a producer; in a cluster with as many brokers as replicas, these are all
 * partitions. All unreplicated partitions share a producer as well, because they wait only for their leaders.
 * Immutable.
 *
 * @param count number of producers, at most {@link #LIMIT}
 * @param of index of each partition's producer, by partition
 */
record Lanes(int count, List<Integer> of) {
    /** Limit of the producers: with more of them, each request would carry few records. */
    static final int LIMIT = 8;

    /**
     * Assigns the partitions of a topic.
     *
     * @param partitions all partitions of the topic, in any order
     */
    static Lanes among(List<PartitionInfo> partitions) {
        Map<Set<Integer>, Integer> lanes = new HashMap<>();
        Integer[] of = new Integer[partitions.size()];
        partitions.stream().sorted((a, b) -> Integer.compare(a.partition(), b.partition())).forEach(partition -> {
            Set<Integer> replicas = Arrays.stream(partition.replicas()).map(Node::id).collect(Collectors.toSet());
            Set<Integer> group = replicas.size() > 1 ? replicas : Set.of();
            int next = lanes.size();
            of[partition.partition()] = lanes.computeIfAbsent(group, _ -> next) % LIMIT;
        });
        return new Lanes(Math.min(LIMIT, lanes.size()), List.of(of));
    }
}
