package io.millrace.packager.loop;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

import static org.assertj.core.api.Assertions.assertThat;

class PairedAssignorTest {
    private static final List<String> TOPICS = List.of("segments", "packets");

    private final PairedAssignor assignor = new PairedAssignor();
    private Map<String, Set<TopicPartition>> owned = new TreeMap<>();
    private int generation;

    /** One round: members give up what they lost before anybody gets it. Returns whether another round is needed. */
    private boolean rebalance(int partitions) {
        Map<String, Subscription> group = new HashMap<>();
        owned.forEach((member, some) -> group.put(member, new Subscription(TOPICS, null, List.copyOf(some),
                some.isEmpty() ? -1 : generation, Optional.empty())));
        Map<String, Assignment> assigned = assignor.assign(cluster(partitions), new GroupSubscription(group))
                .groupAssignment();
        generation++;
        boolean again = false;
        Set<TopicPartition> all = new HashSet<>();
        for (Map.Entry<String, Assignment> entry : assigned.entrySet()) {
            Set<TopicPartition> now = new HashSet<>(entry.getValue().partitions());
            again |= !now.containsAll(owned.get(entry.getKey()));
            assertThat(Collections.disjoint(all, now)).as("one owner each").isTrue();
            all.addAll(now);
        }
        assigned.forEach((member, some) -> {
            Set<TopicPartition> now = new HashSet<>(some.partitions());
            for (TopicPartition partition : now) {
                owned.forEach((other, before) -> assertThat(other.equals(member) || !before.contains(partition))
                        .as("%s of %s before %s has revoked it", partition, member, other).isTrue());
            }
        });
        assigned.forEach((member, some) -> owned.put(member, new HashSet<>(some.partitions())));
        return again;
    }

    private static Cluster cluster(int partitions) {
        Node node = new Node(1, "localhost", 9092);
        List<PartitionInfo> all = new ArrayList<>();
        for (String topic : TOPICS) {
            for (int i = 0; i < partitions; i++) {
                all.add(new PartitionInfo(topic, i, node, new Node[]{node}, new Node[]{node}));
            }
        }
        return new Cluster("cluster", List.of(node), all, Set.of(), Set.of());
    }

    @Property(tries = 200)
    void assignsPairsAndMovesFew(@ForAll @IntRange(min = 1, max = 20) int partitions,
            @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 6) Integer> sizes) {
        owned = new TreeMap<>();
        for (int members : sizes) {
            Map<String, Set<TopicPartition>> before = new HashMap<>(owned);
            owned.keySet().removeIf(member -> Integer.parseInt(member) >= members);
            for (int i = 0; i < members; i++) {
                owned.putIfAbsent(String.valueOf(i), Set.of());
            }
            for (int round = 0; rebalance(partitions); round++) {
                assertThat(round).isLessThan(5);
            }
            Set<TopicPartition> all = new HashSet<>();
            owned.forEach((member, some) -> {
                assertThat(some.size() / 2).isBetween(partitions / members, Math.ceilDiv(partitions, members));
                all.addAll(some);
                for (TopicPartition partition : some) {
                    assertThat(some).contains(new TopicPartition("packets", partition.partition()),
                            new TopicPartition("segments", partition.partition()));
                }
                long kept = some.stream().filter(before.getOrDefault(member, Set.of())::contains).count() / 2;
                int had = before.getOrDefault(member, Set.of()).size() / 2;
                assertThat(kept).as("partitions that stay")
                        .isGreaterThanOrEqualTo(Math.min(had, partitions / members));
            });
            assertThat(all).hasSize(2 * partitions);
        }
    }
}
