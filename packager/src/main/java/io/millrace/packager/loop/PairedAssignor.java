package io.millrace.packager.loop;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.TopicPartition;

/**
 * Assigns the partitions of several topics so that partitions of the same number have the same owner, and a rebalance
 * moves as few as possible: {@link CooperativeStickyAssignor} distributes the first topic, and the others follow it.
 * Partitions that stay are read without interruption.
 *
 * <p>All members subscribe to the same topics, with the same number of partitions. Created by Kafka's client.
 */
public final class PairedAssignor implements ConsumerPartitionAssignor {
    /** The generation of a member without an assignment, as in Kafka. */
    private static final int NO_GENERATION = -1;

    private final CooperativeStickyAssignor first = new CooperativeStickyAssignor();

    @Override
    public String name() {
        return "paired-cooperative-sticky";
    }

    @Override
    public List<RebalanceProtocol> supportedProtocols() {
        return first.supportedProtocols();
    }

    @Override
    public ByteBuffer subscriptionUserData(Set<String> topics) {
        return first.subscriptionUserData(topics);
    }

    @Override
    public void onAssignment(Assignment assignment, ConsumerGroupMetadata group) {
        first.onAssignment(assignment, group);
    }

    @Override
    public GroupAssignment assign(Cluster cluster, GroupSubscription group) {
        Set<String> topics = new TreeSet<>();
        group.groupSubscription().values().forEach(member -> topics.addAll(member.topics()));
        String lead = topics.iterator().next();
        Map<String, Subscription> members = new HashMap<>();
        group.groupSubscription().forEach((member, subscription) -> members.put(member, only(lead, subscription)));
        Map<String, Assignment> assigned = new HashMap<>();
        first.assign(cluster, new GroupSubscription(members)).groupAssignment()
                .forEach((member, some) -> assigned.put(member, new Assignment(paired(some.partitions(), topics),
                        some.userData())));
        return new GroupAssignment(assigned);
    }

    private static Subscription only(String topic, Subscription all) {
        List<TopicPartition> owned = all.ownedPartitions().stream().filter(p -> p.topic().equals(topic)).toList();
        var only = new Subscription(List.of(topic), all.userData(), owned,
                all.generationId().orElse(NO_GENERATION), all.rackId());
        only.setGroupInstanceId(all.groupInstanceId());
        return only;
    }

    private static List<TopicPartition> paired(List<TopicPartition> some, Set<String> topics) {
        return some.stream()
                .flatMap(partition -> topics.stream().map(topic -> new TopicPartition(topic, partition.partition())))
                .toList();
    }
}
