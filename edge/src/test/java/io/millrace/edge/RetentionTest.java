package io.millrace.edge;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.http.ManualClock;
import io.millrace.media.m3u8.MediaPlaylist;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.StreamEntry;
import io.millrace.testkit.Patience;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.server.log.remote.storage.LocalTieredStorage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Viewers of a real broker's log: media that it has deleted is expired, and media in Kafka's tiered storage plays. */
@SlowTest
@Timeout(300)
class RetentionTest {
    private static final int PART_BYTES = 20_000;
    private static final int MIB = 1 << 20;

    @TempDir
    static Path dir;
    private static final PassingTime TIME = new PassingTime();
    private static final AtomicReference<Throwable> FATAL = new AtomicReference<>();
    private static TestBroker broker;
    private static HlsPlayer viewer;

    /** Configured as in docs/operations.md, with Kafka's local tier and short intervals. */
    @BeforeAll
    static void start() throws Exception {
        Map<String, String> tiers = new HashMap<>(Map.of("remote.log.storage.system.enable", "true",
                "remote.log.storage.manager.class.name", LocalTieredStorage.class.getName(),
                "remote.log.storage.manager.impl.prefix", "rsm.config.", "rsm.config.dir",
                dir.resolve("tier").toString(), "rsm.config.delete.on.close", "false",
                "remote.log.metadata.manager.listener.name", "PLAINTEXT",
                "rlmm.config.remote.log.metadata.topic.replication.factor", "1",
                "rlmm.config.remote.log.metadata.topic.num.partitions", "1"));
        tiers.putAll(Map.of("remote.log.manager.task.interval.ms", "500", "log.retention.check.interval.ms", "500",
                "log.initial.task.delay.ms", "500"));
        broker = TestBroker.running(tiers);
        viewer = new HlsPlayer();
    }

    @AfterAll
    static void stop() {
        viewer.close();
        broker.close();
        assertThat(FATAL.get()).isNull();
    }

    private static EdgeService edge(KafkaClients kafka) {
        return EdgeService.start(EdgeSettings.of("127.0.0.1", 0, "edge-1"), AccessPolicy.ALLOW_ALL, kafka,
                new SimpleMeterRegistry(),
                (_, cause) -> FATAL.set(cause), TIME, new ManualClock());
    }

    private static void configure(Admin admin, String topic, Map<String, String> config) throws Exception {
        List<AlterConfigOp> changes = config.entrySet().stream()
                .map(e -> new AlterConfigOp(new ConfigEntry(e.getKey(), e.getValue()), AlterConfigOp.OpType.SET))
                .toList();
        admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), changes)).all()
                .get();
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) {
        Patience.await().until(() -> {
            TIME.pass(Duration.ofSeconds(1));
            return condition.holds();
        });
    }

    @Test
    void playsFromEarliestRetainedMedia() throws Exception {
        KafkaClients kafka = broker.clients("small.");
        long startMs = System.currentTimeMillis() - 3_600_000;
        long firstRetained = 2 * 42 + 1; // second part of segment 42, whose first part is deleted
        try (var log = new IndexedPast(kafka, "live/show", PART_BYTES); Admin admin = kafka.admin("test-small")) {
            log.epoch(3, startMs).segments(10).entry(StreamEntry.State.LIVE);
            String media;
            MediaPlaylist before;
            try (EdgeService edge = edge(kafka)) {
                media = viewer.child(edge, "/live/show.m3u8?start=-2h");
                before = viewer.playlist(edge, media);
                assertThat(before.mediaSequence()).isZero();
                log.segments(150);
                TopicPartition parts = kafka.partition(Topic.PARTS, kafka.partitionOf("live/show"));
                admin.deleteRecords(Map.of(parts, RecordsToDelete.beforeOffset(firstRetained))).all().get();
                await(() -> viewer.playlist(edge, media).mediaSequence() > 0);
            }
            try (EdgeService another = edge(kafka)) {
                MediaPlaylist after = viewer.playlist(another, media);
                assertThat(after.mediaSequence()).isEqualTo(43);
                assertThat(after.segments().getLast().uri()).isEqualTo("../../@3/ts/159.ts");
                assertThat(after.segments()).hasSize((int) (160 - after.mediaSequence()));
                viewer.playsAll(another, media, after.segments());
                assertThat(viewer.get(another, "/live/show/@3/ts/0.ts").statusCode()).isEqualTo(410);
                assertThat(viewer.get(another, "/live/show/@3/ts/42.ts").statusCode()).isEqualTo(410);
            }
        }
    }

    @Test
    void playsMediaFromTieredStorage() throws Exception {
        KafkaClients kafka = broker.clients("tiered.");
        long startMs = System.currentTimeMillis() - 3_600_000;
        try (var log = new IndexedPast(kafka, "live/show", PART_BYTES); Admin admin = kafka.admin("test-tiered")) {
            configure(admin, kafka.settings().topic(Topic.PARTS), Map.of("remote.storage.enable", "true",
                    "segment.bytes", String.valueOf(MIB), "local.retention.bytes", String.valueOf(MIB)));
            log.epoch(3, startMs).segments(200).entry(StreamEntry.State.LIVE);
            TopicPartition parts = kafka.partition(Topic.PARTS, kafka.partitionOf("live/show"));
            await(() -> admin.listOffsets(Map.of(parts, OffsetSpec.earliestLocal())).partitionResult(parts).get()
                    .offset() > 200);
            try (EdgeService edge = edge(kafka)) {
                String media = viewer.child(edge, "/live/show.m3u8?start=-2h");
                MediaPlaylist all = viewer.playlist(edge, media);
                assertThat(all.segments()).hasSize(200);
                viewer.playsAll(edge, media, all.segments().subList(0, 30));
            }
        }
    }
}
