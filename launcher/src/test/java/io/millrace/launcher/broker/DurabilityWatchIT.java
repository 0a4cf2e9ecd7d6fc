package io.millrace.launcher.broker;

import ch.qos.logback.classic.Level;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.platform.UserError;
import io.millrace.platform.admin.HealthCheck.Status;
import io.millrace.platform.kafka.DurabilityWatch;
import io.millrace.platform.kafka.DurabilityWatch.Policy;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.kafka.Topics;
import io.millrace.testkit.LogCapture;
import io.millrace.testkit.Patience;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Watches the topics of real brokers. */
@SlowTest
class DurabilityWatchIT {
    private static final int PARTITIONS = 2;
    private static final Duration PERIOD = Duration.ofMillis(50);
    private static final Status DURABLE = Status.up("every acknowledged record is on at least two brokers");

    @AutoClose
    private final LogCapture log = new LogCapture(DurabilityWatch.class);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    @AutoClose
    private TestBroker first;

    @BeforeEach
    void startBroker() throws Exception {
        first = TestBroker.running();
    }

    @Test
    void reportsTooFewReplicasUntilOneIsAdded() throws Exception {
        KafkaClients kafka = kafka("joined.");
        Topics.ensure(kafka);
        try (DurabilityWatch watch = DurabilityWatch.start(kafka, Policy.REPORT, meters, PERIOD)) {
            assertThat(log.texts(Level.WARN)).singleElement().asString()
                    .contains("all topics (joined.*) have 1 replica, on the only broker");
            try (TestBroker _ = first.further(2); TestBroker _ = first.further(3)) {
                Patience.await().until(() -> log.texts(Level.WARN).stream()
                        .anyMatch(line -> line.contains("although there are 3 brokers")
                                && line.contains("kafka-reassign-partitions")));
                assertThat(status(watch)).satisfies(status -> assertThat(status.up()).isTrue())
                        .extracting(Status::detail).asString().contains("have 1 replica");
                assertThat(problems("replication")).isEqualTo(1);

                addReplicas(kafka);
                Patience.await().until(() -> status(watch).detail().contains("min.insync.replicas=1"));
                assertThat(problems("min_in_sync")).isEqualTo(1);
                set(kafka, List.of(Topic.values()), "min.insync.replicas", "2");
                Patience.await().until(() -> status(watch).equals(DURABLE));
                assertThat(log.lines()).last().asString().startsWith("INFO the topics meet all preconditions");
            }
        }
    }

    @Test
    void checksExistingTopicAtStart() throws Exception {
        KafkaClients kafka = kafka("other.");
        try (Admin admin = kafka.admin("test")) {
            admin.createTopics(List.of(new NewTopic("other.packets", Optional.of(PARTITIONS), Optional.empty())
                    .configs(Map.of("max.message.bytes", "10485760", "cleanup.policy", "compact",
                            "unclean.leader.election.enable", "true"))))
                    .all().get(Patience.MILLIS, TimeUnit.MILLISECONDS);
        }
        Topics.ensure(kafka);
        try (DurabilityWatch watch = DurabilityWatch.start(kafka, Policy.EXPECT_ONE_BROKER, meters)) {
            assertThat(log.texts(Level.WARN)).satisfiesExactlyInAnyOrder(
                    line -> assertThat(line).contains("topic other.packets has cleanup.policy=compact: "),
                    line -> assertThat(line).contains("topic other.packets has message.timestamp.type=CreateTime: "),
                    line -> assertThat(line).contains("topic other.packets has unclean.leader.election.enable=true: "));
            assertThat(status(watch).up()).isTrue();
        }
        assertThatThrownBy(() -> DurabilityWatch.start(kafka, Policy.REQUIRE, new SimpleMeterRegistry()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("cleanup.policy=compact").hasMessageContaining("1 replica, on the only broker")
                .hasMessageContaining("--require-durability").hasMessageNotContaining("\n");
    }

    @Test
    void singleEmbeddedBrokerIsNoWarning() {
        KafkaClients kafka = kafka("alone.");
        Topics.ensure(kafka);
        try (DurabilityWatch watch = DurabilityWatch.start(kafka, Policy.EXPECT_ONE_BROKER, meters)) {
            assertThat(log.lines()).singleElement().asString().startsWith("INFO media is stored once, on this machine");
            assertThat(status(watch)).isEqualTo(Status.up("media is stored once, on this machine"));
            assertThat(meters.find("millrace.durability.problems").gauges()).allMatch(gauge -> gauge.value() == 0);
        }
    }

    @Test
    void doesNotCreateTopicsBelowRequiredDurability() throws Exception {
        assertThatThrownBy(() -> Topics.ensure(kafka("never."), Policy.REQUIRE)).isInstanceOf(UserError.class)
                .hasMessageContaining("new topics would have 1 replica ").hasMessageContaining("start three brokers");
        try (Admin admin = kafka("never.").admin("test")) {
            assertThat(admin.listTopics().names().get(Patience.MILLIS, TimeUnit.MILLISECONDS)).isEmpty();
        }
    }

    @Test
    void brokersDefaultsDoNotApplyToNewTopics() throws Exception {
        try (TestBroker careless = TestBroker.running(
                Map.of("unclean.leader.election.enable", "true", "log.message.timestamp.type", "LogAppendTime"))) {
            KafkaClients kafka = kafka(careless, "new.", 1);
            Topics.ensure(kafka);
            DurabilityWatch.start(kafka, Policy.EXPECT_ONE_BROKER, meters).close();
            assertThat(log.texts(Level.WARN)).isEmpty();
        }
    }

    @Test
    void lossOfRequiredDurabilityMakesProcessUnready() throws Exception {
        try (TestBroker _ = first.further(2); TestBroker _ = first.further(3)) {
            KafkaClients kafka = kafka(first, "later.", 3);
            Topics.ensure(kafka);
            assertThat(Topics.ensure(kafka(first, "later.", 1)).count())
                    .as("replicas of the changelog, which is created later").isEqualTo(3);
            try (DurabilityWatch watch = DurabilityWatch.start(kafka, Policy.REQUIRE, meters, PERIOD)) {
                assertThat(log.lines()).isEmpty();
                assertThat(status(watch)).isEqualTo(DURABLE);
                set(kafka, List.of(Topic.PACKETS), "min.insync.replicas", "1");
                Patience.await().until(() -> !status(watch).up());
                assertThat(status(watch).detail()).contains("topic later.packets has 3 replicas and min.insync");
                set(kafka, List.of(Topic.PACKETS), "min.insync.replicas", "2");
                Patience.await().until(() -> status(watch).equals(DURABLE));
            }
        }
    }

    private static Status status(DurabilityWatch watch) {
        return watch.check().probe().get();
    }

    private double problems(String condition) {
        return meters.get("millrace.durability.problems").tag("condition", condition).gauge().value();
    }

    /** Returns clients of the first broker with {@code --replication auto}. */
    private KafkaClients kafka(String prefix) {
        return kafka(first, prefix, 0);
    }

    private static KafkaClients kafka(TestBroker broker, String prefix, int replication) {
        return new KafkaClients(
                new KafkaSettings(broker.bootstrap(), prefix, PARTITIONS, replication, 86_400_000, -1, Map.of()));
    }

    private static void addReplicas(KafkaClients kafka) throws Exception {
        var everywhere = Optional.of(new NewPartitionReassignment(List.of(1, 2, 3)));
        try (Admin admin = kafka.admin("test")) {
            admin.alterPartitionReassignments(Stream.of(Topic.values())
                    .flatMap(topic -> IntStream.range(0, PARTITIONS).mapToObj(each -> kafka.partition(topic, each)))
                    .collect(Collectors.toMap((TopicPartition partition) -> partition, _ -> everywhere)))
                    .all().get(Patience.MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private static void set(KafkaClients kafka, List<Topic> topics, String name, String value) throws Exception {
        var set = List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET));
        try (Admin admin = kafka.admin("test")) {
            admin.incrementalAlterConfigs(topics.stream().collect(Collectors.toMap(
                    topic -> new ConfigResource(ConfigResource.Type.TOPIC, kafka.settings().topic(topic)), _ -> set)))
                    .all().get(Patience.MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
