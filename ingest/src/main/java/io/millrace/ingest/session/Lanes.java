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
 * Assigns partitions to producers, so that a slow replica delays only partitions that have it. A broker answers the
 * requests of one connection one after the other, and a request only when the replicas of all partitions in it have the
 * records: partitions of one leader with different replicas must not share a connection.
 *
 * <p>Partitions with the same replicas share a producer, which is every partition on a cluster with as many brokers as
 * replicas. So do all partitions without replicas: they wait for nobody but their leader. Immutable.
 *
 * @param count number of producers
 * @param of the producer of each partition
 */
record Lanes(int count, List<Integer> of) {
    /** With more, requests would carry few records each. */
    static final int LIMIT = 8;

    /** @param partitions all partitions of a topic, in any order */
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
