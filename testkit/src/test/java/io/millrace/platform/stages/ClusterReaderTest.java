package io.millrace.platform.stages;

import io.millrace.platform.admin.AdminResource.Answer;
import io.millrace.platform.admin.AdminRoutes;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.EdgeNode;
import io.millrace.platform.log.IngestNode;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.NodeHeartbeat;
import io.millrace.testkit.Patience;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

@SlowTest
@Timeout(600)
@ExtendWith(SharedBroker.class)
class ClusterReaderTest {
    private static final Duration LIMIT = Duration.ofMillis(Patience.MILLIS);
    private static final int RECORDS = 10;

    private static ClusterReader.GroupState group(ClusterReader cluster, String name) throws Exception {
        return cluster.groups().stream().filter(each -> each.group().group().equals(name)).findFirst().orElseThrow();
    }

    /** A member of the packager's group commits a position, and leaves. */
    private static void commit(KafkaClients kafka, String group, Topic topic, long offset) {
        try (var member = kafka.member("test", group, Map.of())) {
            member.assign(List.of(kafka.partition(topic, 0)));
            member.commitSync(Map.of(kafka.partition(topic, 0), new OffsetAndMetadata(offset)));
        }
    }

    private static void write(KafkaClients kafka, Topic topic, int records) throws Exception {
        try (var producer = kafka.producer("test", 1 << 20)) {
            for (int i = 0; i < records; i++) {
                producer.send(new ProducerRecord<>(kafka.settings().topic(topic), 0, "live/show", new byte[]{1})).get();
            }
        }
    }

    @Test
    void findsHowFarGroupsAreBehind(TestBroker broker) throws Exception {
        KafkaClients kafka = broker.clients("lag.");
        write(kafka, Topic.PACKETS, RECORDS);
        write(kafka, Topic.EVENTS, 3);
        commit(kafka, "packager", Topic.PACKETS, 4);
        commit(kafka, "webhook-billing", Topic.EVENTS, 3);
        // Records that were written now are as old as the clock of the reader says.
        InstantSource clock = () -> Instant.now().plusSeconds(100);
        try (var cluster = new ClusterReader(kafka, "test", clock, LIMIT)) {
            var packager = group(cluster, "lag.packager");
            assertThat(packager.positions().sum()).isEqualTo(RECORDS - 4);
            assertThat(packager.positions().max()).isEqualTo(RECORDS - 4);
            assertThat(packager.ageMs()).isGreaterThanOrEqualTo(100_000 * 7 / 8);
            assertThat(packager.description().members()).isEmpty();
            var segmenter = group(cluster, "lag.segmenter");
            assertThat(segmenter.description()).as("a group that does not exist").isNull();
            assertThat(segmenter.positions().sum()).as("it would begin at the beginning").isEqualTo(RECORDS);
            var webhook = group(cluster, "lag.webhook-billing");
            assertThat(webhook.group().webhook()).isEqualTo("billing");
            assertThat(webhook.positions().sum()).isZero();
            assertThat(webhook.ageMs()).isZero();
            assertThat(group(cluster, "lag.relay").positions()).as("relays commit no positions").isNull();
        }
        try (var cluster = new ClusterReader(kafka, "test", () -> Instant.now().minusSeconds(100), LIMIT)) {
            assertThat(group(cluster, "lag.packager").ageMs()).as("with a clock that is late").isZero();
        }
    }

    @Test
    void readsNodes(TestBroker broker) throws Exception {
        KafkaClients kafka = broker.clients("living.");
        try (var cluster = new ClusterReader(kafka, "test", InstantSource.system(), LIMIT)) {
            assertThat(cluster.nodes()).isEqualTo(new LiveNodes.Listing(List.of(), List.of()));
        }
        var node = new IngestNode("n1", new IngestNode.Address("h", 1935), null, false);
        var heartbeat = new NodeHeartbeat("n1", 5, 0);
        var edge = new EdgeNode("n1", 7);
        String topic = kafka.settings().topic(Topic.NODES);
        try (var producer = kafka.producer("test", 1 << 20)) {
            producer.send(new ProducerRecord<>(topic, "n1", LogCodec.encode(node))).get();
            producer.send(new ProducerRecord<>(topic, 0, heartbeat.key(), LogCodec.encode(heartbeat))).get();
            producer.send(new ProducerRecord<>(topic, edge.key(), LogCodec.encode(edge))).get();
            producer.send(new ProducerRecord<>(topic, "damaged", new byte[]{1, 2, 3})).get();
        }
        try (var cluster = new ClusterReader(kafka, "test", InstantSource.system(), LIMIT)) {
            LiveNodes.Listing nodes = cluster.nodes();
            assertThat(nodes.ingest()).extracting(LiveNodes.Node::name).containsExactly("n1");
            assertThat(nodes.edges()).extracting(LiveNodes.Edge::announcement).containsExactly(edge);
        }
        try (var cluster = new ClusterReader(kafka, "test", () -> Instant.now().plusSeconds(3600), LIMIT)) {
            assertThat(cluster.nodes()).as("an hour later").isEqualTo(new LiveNodes.Listing(List.of(), List.of()));
        }
    }

    @Test
    void isOneLineWithoutKafka() {
        // Nobody listens on port 1 (tcpmux) of loopback.
        var kafka = new KafkaClients(new KafkaSettings("127.0.0.1:1", "x.", 2, 1, 1, -1, Map.of()));
        var routes = AdminRoutes.of(List.of(new StagesResource(kafka, "test", Duration.ofMillis(200))));
        Answer answer = routes.answer("GET", "/api/v1/stages", Map.of()).orElseThrow();
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.json()).contains("\"code\":\"kafka_unavailable\"", "Kafka at 127.0.0.1:1 ")
                .doesNotContain("\\n");
    }
}
