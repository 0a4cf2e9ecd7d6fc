package io.millrace.launcher.cluster;

import io.millrace.launcher.cluster.Cluster.Stage;
import io.millrace.launcher.e2e.MillraceCommand;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.UnknownSchema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A rolling upgrade while streams are live, to a release that exists only here: this one with another version of the log,
 * in which every derived record and every state has one more field.
 */
@Tag("chaos")
class UpgradeIT {
    private static final int PARTITIONS = 4;
    private static final int NODES = 2;
    private static final List<Stage> STAGES = List.of(Stage.INGEST, Stage.SEGMENTER, Stage.PACKAGER, Stage.EDGE);
    private static final Path SCHEMAS = Path.of("..", "platform", "src", "main", "resources", "avro", "v2");
    /** The judge of this test reads {@code packets} with this release. */
    private static final List<String> CHANGED = List.of("SessionNotice", "Cut", "EpochEnded", "IndexEntry", "Gap",
            "StreamEntry", "StreamExpiry", "IngestNode", "NodeHeartbeat", "StreamEvent", "AudienceReport");
    private static final List<String> STATES = List.of("SessionState", "StreamState", "JournalState", "PartitionState",
            "RelayState", "RelayDefinition");

    /** Writes what differs in the next release, and returns the directory. */
    private static Path nextRelease(Path dir) throws IOException {
        Files.createDirectories(dir.resolve("avro/v3"));
        Files.createDirectories(dir.resolve("avro/state/v3"));
        Files.writeString(dir.resolve("avro/versions"), "v1\nv2\nv3\n");
        try (Stream<Path> schemas = Files.list(SCHEMAS)) {
            for (Path schema : schemas.toList()) {
                String name = schema.getFileName().toString().replace(".avsc", "");
                copy("avro/v2/" + name, dir.resolve("avro/v3"), name, CHANGED.contains(name));
            }
        }
        for (String name : STATES) {
            copy("avro/state/v2/" + name, dir.resolve("avro/state/v3"), name, true);
        }
        return dir;
    }

    private static void copy(String from, Path to, String name, boolean changed) throws IOException {
        try (InputStream in = UpgradeIT.class.getResourceAsStream("/" + from + ".avsc")) {
            String schema = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            Files.writeString(to.resolve(name + ".avsc"), changed
                    ? schema.replaceFirst("\"fields\": \\[",
                            "\"fields\": [{\"name\": \"next\", \"type\": [\"null\", \"string\"], \"default\": null},")
                    : schema);
        }
    }

    @Test
    void upgradesAndRollsBackWithoutLossUntilFinalized(@TempDir Path dir) throws Exception {
        Path next = nextRelease(dir.resolve("next"));
        ChaosReport report = new ChaosReport("Rolling upgrades.");
        try (ProcessCluster cluster = ProcessCluster.start(dir, 1, "--partitions", String.valueOf(PARTITIONS),
                "--segment", "1s", "--window", "30m", "--grace", "60s", "--drain", "1s");
                Chaos chaos = new Chaos(cluster, PARTITIONS, new Chaos.Load(3, 4, 4), 0, report)) {
            chaos.awaitPlaying();
            roll(cluster, chaos, STAGES, next);
            roll(cluster, chaos, STAGES.reversed(), null);
            assertThat(isWrittenByNextRelease(cluster, Topic.SEGMENTS)).isFalse();
            roll(cluster, chaos, STAGES.reversed(), next);
            assertThat(isWrittenByNextRelease(cluster, Topic.SEGMENTS)).isFalse();

            assertThat(finalizes(cluster, next)).isZero();
            for (Stage stage : STAGES) {
                chaos.restart(stage, 1, () -> {
                    cluster.stop(stage, 1);
                    cluster.release(stage, 1, null);
                    assertThat(cluster.startRefused(stage, 1)).contains("version 3 of the log is final since release ");
                    cluster.release(stage, 1, next);
                    cluster.start(stage, 1);
                });
            }
            // The encoders are at the node that was restarted first by each roll. They claim their streams at the other one.
            chaos.restart(Stage.INGEST, 0, () -> {
                cluster.stop(Stage.INGEST, 0);
                cluster.start(Stage.INGEST, 0);
            });
            for (Topic topic : List.of(Topic.SEGMENTS, Topic.INDEX, Topic.STREAMS, Topic.SESSIONS, Topic.NODES)) {
                assertThat(isWrittenByNextRelease(cluster, topic)).as("%s after it is final", topic).isTrue();
            }
            chaos.endAndJudge(false);
        }
    }

    private static void roll(ProcessCluster cluster, Chaos chaos, List<Stage> order, Path release)
            throws IOException, InterruptedException {
        for (Stage stage : order) {
            for (int i = 0; i < NODES; i++) {
                int node = i;
                chaos.restart(stage, node, () -> {
                    cluster.stop(stage, node);
                    cluster.release(stage, node, release);
                    cluster.start(stage, node);
                });
            }
        }
    }

    private static int finalizes(ProcessCluster cluster, Path release) throws IOException, InterruptedException {
        return new ProcessBuilder(MillraceCommand.line(release, List.of(),
                List.of("upgrade", "finalize", "--kafka", cluster.kafka()))).inheritIO().start().waitFor();
    }

    private static boolean isWrittenByNextRelease(ProcessCluster cluster, Topic topic) {
        KafkaClients kafka = new KafkaClients(
                new KafkaSettings(cluster.kafka(), "millrace.", PARTITIONS, 1, 0, -1, Map.of()));
        try (KafkaConsumer<String, LogRecord> consumer = kafka.seeker("test", Map.of())) {
            List<TopicPartition> all = IntStream.range(0, PARTITIONS).mapToObj(p -> kafka.partition(topic, p)).toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            boolean found = false;
            while (all.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                for (ConsumerRecord<String, LogRecord> record : consumer.poll(Duration.ofMillis(100))) {
                    found |= record.value() instanceof UnknownSchema;
                }
            }
            return found;
        }
    }
}
