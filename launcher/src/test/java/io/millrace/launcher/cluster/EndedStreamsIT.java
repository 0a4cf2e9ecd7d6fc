package io.millrace.launcher.cluster;

import io.millrace.launcher.cluster.Cluster.Stage;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogRecord;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Streams begin and end, with a short grace period, while a node is frozen; and all nodes die and are started again. */
@Tag("chaos")
class EndedStreamsIT {
    private static final int PARTITIONS = 4;
    private static final Duration HANG = Duration.ofMinutes(5);
    private static final int SEGMENTS = 2;

    @TempDir
    private static Path dir;
    private static ProcessCluster cluster;

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Encoder> encoders = new ArrayList<>();
    private final SegmentLedger ledger = new SegmentLedger();
    private final List<EdgeView> edges = List.of(new EdgeView(http, cluster, 0), new EdgeView(http, cluster, 1));

    @BeforeAll
    static void start() throws Exception {
        cluster = ProcessCluster.start(dir, 1, "--partitions", String.valueOf(PARTITIONS), "--segment", "1s",
                "--window", "30m", "--grace", "3s");
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @AfterEach
    void end() {
        encoders.forEach(Encoder::end);
        threads.shutdownNow();
        http.shutdownNow();
    }

    /**
     * While a node is frozen, a stream ends that began before, a whole stream is sent and ends, and a third one begins,
     * which the node has to serve when it thaws. The publishers are not at the frozen node.
     */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BROKER")
    void frozenNodeMissesStreamsThatEnd(Stage stage) throws Exception {
        EdgeView other = edges.get(1);
        Encoder before = publish("before" + stage);
        until(() -> other.segments(before.stream()) >= SEGMENTS);
        cluster.pause(stage, 0);
        before.end();
        Encoder during = publish("during" + stage);
        until(() -> other.segments(during.stream()) >= SEGMENTS);
        during.end();
        Encoder after = publish("after" + stage);
        until(() -> other.hasEnded(before.stream()) && other.hasEnded(during.stream())
                && other.segments(after.stream()) >= SEGMENTS);
        cluster.resume(stage, 0);
        for (EdgeView edge : edges) {
            int seen = other.segments(after.stream());
            until(() -> edge.segments(after.stream()) >= seen + SEGMENTS);
        }
        after.end();
        awaitEnds();
        judge();
    }

    @Test
    void restartOfEverythingChangesNothing() throws Exception {
        Encoder ended = publish("ended");
        Encoder live = publish("live");
        for (EdgeView edge : edges) {
            until(() -> edge.segments(ended.stream()) >= SEGMENTS && edge.segments(live.stream()) >= SEGMENTS);
        }
        ended.end();
        for (EdgeView edge : edges) {
            until(() -> edge.hasEnded(ended.stream()));
        }
        Map<String, String> entries = entries(ended.stream());
        String playlist = edges.getFirst().playlist(ended.stream()).orElseThrow();
        judgeSoFar(live.stream());
        int before = edges.getFirst().segments(live.stream());

        for (Stage stage : Stage.values()) {
            for (int node = 0; node < cluster.nodes(stage); node++) {
                cluster.kill(stage, node);
            }
        }
        cluster.startAll();

        for (EdgeView edge : edges) {
            until(() -> edge.playlist(ended.stream()).isPresent());
            assertThat(edge.playlist(ended.stream())).contains(playlist);
        }
        assertThat(entries(ended.stream())).as("entries of the directory").isEqualTo(entries);
        judgeSoFar(live.stream());
        // The encoder connects again. Whether within the grace period depends on how long the start takes.
        int sessions = live.publishes().size();
        until(() -> live.publishes().size() > sessions || edges.getLast().segments(live.stream()) > before);
        live.end();
        awaitEnds();
        judge();
        assertThat(entries(ended.stream())).as("entries of the directory").isEqualTo(entries);
    }

    /** Publishes to node 1. */
    private Encoder publish(String name) {
        Encoder encoder = new Encoder(cluster, 2 * encoders.size() + 1, "live/" + name.toLowerCase(Locale.ROOT));
        encoders.add(encoder);
        threads.submit(encoder);
        return encoder;
    }

    /** Waits until each stream has ended at each edge, and all edges return the same playlist. */
    private void awaitEnds() {
        for (Encoder encoder : encoders) {
            until(encoder::hasEnded);
            for (EdgeView edge : edges) {
                until(() -> edge.hasEnded(encoder.stream()) && edge.playlist(encoder.stream())
                        .equals(edges.getFirst().playlist(encoder.stream())));
            }
        }
    }

    private void judge() throws Exception {
        Map<String, UndisturbedRun> told = UndisturbedRun.read(cluster.kafka(), PARTITIONS);
        SoftAssertions judge = new SoftAssertions();
        for (Encoder encoder : encoders) {
            UndisturbedRun run = told.get(encoder.stream());
            judge.assertThat(run.failures()).isEmpty();
            Judge.assertSentIsInLog(judge, encoder, run);
            Judge.assertLogIsInSegments(judge, encoder.stream(), run);
            assertServed(judge, run);
        }
        judge.assertAll();
    }

    /** Compares the segments that a stream has by now. */
    private void judgeSoFar(String stream) throws Exception {
        UndisturbedRun run = UndisturbedRun.read(cluster.kafka(), PARTITIONS).get(stream);
        String last = run.segments().getLast().path();
        for (EdgeView edge : edges) {
            until(() -> edge.get(last).statusCode() == 200);
        }
        SoftAssertions judge = new SoftAssertions();
        assertServed(judge, run);
        judge.assertAll();
    }

    private void assertServed(SoftAssertions judge, UndisturbedRun run) throws Exception {
        for (EdgeView edge : edges) {
            for (UndisturbedRun.Segment segment : run.segments()) {
                HttpResponse<byte[]> response = edge.get(segment.path());
                judge.assertThat(response.statusCode()).as(segment.path()).isEqualTo(200);
                judge.assertThat(response.body()).as(segment.path()).isEqualTo(segment.bytes());
                ledger.fetched(segment.path(), response.body(), "an edge");
            }
        }
        judge.assertThat(ledger.differing()).isEmpty();
    }

    /** Returns what the directory and the notices say about a stream. */
    private static Map<String, String> entries(String stream) {
        KafkaClients kafka = new KafkaClients(
                new KafkaSettings(cluster.kafka(), "millrace.", PARTITIONS, 1, 0, -1, Map.of()));
        Map<String, String> entries = new TreeMap<>();
        try (KafkaConsumer<String, LogRecord> consumer = kafka.seeker("test", Map.of())) {
            List<TopicPartition> all = Arrays.stream(new Topic[]{Topic.STREAMS, Topic.SESSIONS})
                    .flatMap(topic -> IntStream.range(0, PARTITIONS).mapToObj(p -> kafka.partition(topic, p))).toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            while (all.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                for (ConsumerRecord<String, LogRecord> record : consumer.poll(Duration.ofMillis(100))) {
                    if (record.key().startsWith(stream)) {
                        entries.put(record.topic() + " " + record.key(), String.valueOf(record.value()));
                    }
                }
            }
        }
        return entries;
    }

    private static void until(Callable<Boolean> condition) {
        await().atMost(HANG).pollInterval(Duration.ofMillis(100)).ignoreExceptions().until(condition);
    }
}
