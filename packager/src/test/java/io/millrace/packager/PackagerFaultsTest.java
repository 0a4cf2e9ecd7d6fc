package io.millrace.packager;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.packager.WrittenLog.Entry;
import io.millrace.packager.loop.PackagerSettings;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Cut;
import io.millrace.testkit.Patience;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A fault of one partition concerns neither the packager nor its other partitions. */
@SlowTest
class PackagerFaultsTest {
    private static final int HERE = 0;
    private static final int AWAY = 1;

    private static TestBroker stays;
    private static TestBroker leaves;

    private final WrittenLog log = new WrittenLog().publish(7, 9, "live/a", "live/b");
    private final AtomicReference<Throwable> fatal = new AtomicReference<>();

    /** The first broker creates the topic of the positions of all groups while it is alone, so that it leads that topic. */
    @BeforeAll
    static void startBrokers() throws Exception {
        stays = TestBroker.running();
        try (PackagerService other = PackagerService.start(PackagerSettings.of("other"), kafka("other."),
                new SimpleMeterRegistry(), (_, _) -> {})) {
            other.ready().get(Patience.MILLIS, TimeUnit.MILLISECONDS);
        }
        leaves = stays.second();
    }

    @AfterAll
    static void endBrokers() {
        leaves.close();
        stays.close();
    }

    private PackagerService start(KafkaClients kafka, String node, long inFlightBytes) throws Exception {
        PackagerService service = PackagerService.start(
                new PackagerSettings(node, 4 << 20, inFlightBytes, Duration.ofMillis(50)), kafka,
                new SimpleMeterRegistry(), (_, cause) -> fatal.set(cause));
        service.ready().get(Patience.MILLIS, TimeUnit.MILLISECONDS);
        return service;
    }

    private static KafkaClients kafka(String prefix) {
        return TestBroker.clients(
                new KafkaSettings(stays.bootstrap(), prefix, 2, 1, Long.MAX_VALUE, -1, Map.of()));
    }

    /** Moves the partition {@link #AWAY} of {@code moved} to one broker, and everything else to another. */
    private static void lead(KafkaClients kafka, Set<Topic> moved) throws Exception {
        Map<TopicPartition, Optional<NewPartitionReassignment>> leaders = new HashMap<>();
        for (Topic topic : Topic.values()) {
            for (int partition : List.of(HERE, AWAY)) {
                int node = partition == AWAY && moved.contains(topic) ? leaves.node() : stays.node();
                leaders.put(kafka.partition(topic, partition),
                        Optional.of(new NewPartitionReassignment(List.of(node))));
            }
        }
        try (Admin admin = kafka.admin("test")) {
            admin.alterPartitionReassignments(leaders).all().get(Patience.MILLIS, TimeUnit.MILLISECONDS);
            Patience.await()
                    .until(() -> admin.listPartitionReassignments().reassignments().get().isEmpty());
        }
    }

    @Test
    void readsPartitionWhenLeaderReturns() throws Exception {
        KafkaClients kafka = kafka("reads.");
        lead(kafka, Set.of(Topic.PACKETS, Topic.SEGMENTS, Topic.PARTS, Topic.INDEX));
        TopicAccess topics = new TopicAccess(kafka, fatal);
        topics.write(AWAY, log);
        leaves.stop();
        try (PackagerService service = start(kafka, "second", 1 << 20)) {
            topics.write(HERE, log);
            topics.index(HERE, log.cuts.size());
            leaves.start();
            assertThat(topics.index(AWAY, log.cuts.size()).keySet())
                    .containsExactlyElementsOf(topics.index(HERE, log.cuts.size()).keySet());
            assertThat(service.partitions()).containsExactlyInAnyOrder(HERE, AWAY);
        }
        assertThat(fatal.get()).isNull();
    }

    @Test
    void partitionWithFailedWritesDoesNotDelayOthers() throws Exception {
        KafkaClients kafka = kafka("writes.");
        lead(kafka, Set.of(Topic.PARTS));
        TopicAccess topics = new TopicAccess(kafka, fatal);
        // Less than the clip, so that the partition without a leader uses all that it may use.
        try (PackagerService service = start(kafka, "second", 20_000)) {
            Patience.await().until(() -> service.partitions().size() == 2);
            leaves.stop();
            topics.write(AWAY, log);
            topics.write(HERE, log);
            topics.index(HERE, log.cuts.size());
            leaves.start();
            topics.index(AWAY, log.cuts.size());
            assertThat(topics.parts(AWAY)).hasSizeGreaterThanOrEqualTo(log.cuts.size());
        }
        assertThat(fatal.get()).isNull();
    }

    /** A packager that begins a partition again writes the parts of its open segments again. */
    @Test
    void retainedPartitionsContinueDuringRebalance() throws Exception {
        KafkaClients kafka = kafka("rebalance.");
        TopicAccess topics = new TopicAccess(kafka, fatal);
        int open = IntStream.range(20, log.cuts.size()).filter(i -> !isLast(i) && !isLast(i - 1)).findFirst()
                .orElseThrow();
        List<Entry<Cut>> before = log.cuts.subList(0, open + 1);
        List<Entry<Cut>> after = log.cuts.subList(open + 1, log.cuts.size());
        try (PackagerService first = start(kafka, "first", 1 << 20)) {
            for (int partition : List.of(0, 1)) {
                topics.write(partition, log.packets, Topic.PACKETS);
                topics.write(partition, before, Topic.SEGMENTS);
                topics.index(partition, before.size());
            }
            try (PackagerService second = start(kafka, "second", 1 << 20)) {
                Patience.await()
                        .until(() -> first.partitions().size() == 1 && second.partitions().size() == 1);
                int stayed = first.partitions().iterator().next();
                for (int partition : List.of(0, 1)) {
                    topics.write(partition, after, Topic.SEGMENTS);
                    topics.index(partition, log.cuts.size());
                }
                assertThat(topics.parts(stayed)).as("each part once").hasSize(log.cuts.size());
                assertThat(topics.parts(1 - stayed)).as("the other one is begun again")
                        .hasSizeGreaterThan(log.cuts.size());
            }
        }
        assertThat(fatal.get()).isNull();
    }

    private boolean isLast(int cut) {
        return log.cuts.get(cut).value().last();
    }
}
