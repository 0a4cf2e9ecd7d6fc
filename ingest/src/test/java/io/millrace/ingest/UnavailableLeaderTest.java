package io.millrace.ingest;

import ch.qos.logback.classic.Level;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.ingest.publish.MediaLimits;
import io.millrace.ingest.publish.PublishDesk;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Timeouts;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.Packet;
import io.millrace.platform.rtmp.RtmpClient;
import io.millrace.platform.rtmp.RtmpException;
import io.millrace.testkit.Clip;
import io.millrace.testkit.LogCapture;
import io.millrace.testkit.PatientRtmp;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * One of two brokers leaves: the publishers of its partitions are slowed down for up to 30 s and then disconnected, and the
 * publishers of other partitions are not affected.
 */
@SlowTest
class UnavailableLeaderTest {
    private static final int FRAME_BYTES = 20_000;
    /** Without sound, the steady publisher's session would be claimed again. */
    private static final byte[] SOUND = {(byte) 0xAF, 1, 0x21, 0x10, 0x04};
    /** The steady publisher's frames: 25 a second. */
    private static final int FRAME_MS = 40;

    private final MeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void affectsOnlyPublishersOfItsPartitions() throws Exception {
        try (TestBroker stays = TestBroker.running();
                TestBroker leaves = stays.second();
                LogCapture said = new LogCapture(PublishDesk.class)) {
            KafkaClients kafka = TestBroker
                    .clients(new KafkaSettings(stays.bootstrap(), "away.", 8, 1, 86_400_000, -1, Map.of()));
            int there = partitionOf(leaves, kafka);
            int here = partitionOf(stays, kafka);
            try (IngestService node = node(kafka);
                    LogTail packets = new LogTail(kafka, Topic.PACKETS);
                    RtmpClient steady = publish(node, streamOf(here, kafka));
                    RtmpClient stuck = publish(node, streamOf(there, kafka))) {
                Clip.send(steady);
                Clip.send(stuck);
                await().atMost(Duration.ofMinutes(2)).until(() -> acknowledged() >= 2 * media());
                leaves.stop();
                AtomicBoolean over = new AtomicBoolean();
                CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> sendSteadily(steady, over),
                        Thread::startVirtualThread);
                assertThatThrownBy(() -> waitToBeClosed(stuck)).isInstanceOf(RtmpException.class)
                        .hasMessageContaining("The log did not accept a packet, connect again (NetStream.Failed)");
                over.set(true);
                int taken = sent;
                sending.get(120, TimeUnit.SECONDS);
                assertThat(taken).as("frames of the other that the log took meanwhile, one after the other")
                        .isGreaterThan(1);
                assertThat(registry.get("millrace.ingest.pauses").counter().count()).as("it was slowed, alone")
                        .isEqualTo(1);
                assertThat(registry.get("millrace.connections.closed").tag("reason", "log").counter().count())
                        .isEqualTo(1);
                assertThat(registry.get("millrace.ingest.failures").counter().count()).isEqualTo(1);
                assertThat(steadyFrames(packets)).as("frames of the other in the log").isEqualTo(sent);
            }
            // Whether the end of the stuck session is still being written depends on the producer.
            assertThat(said.texts(Level.WARN)).allMatch(line -> line.startsWith("not every session's end"));
        }
    }

    private volatile int sent;

    /** Sends each frame after the log has acknowledged the previous one, so that any delay by the other publisher shows. */
    private void sendSteadily(RtmpClient client, AtomicBoolean over) {
        while (!over.get()) {
            double before = acknowledged();
            int timestampMs = 2_000 + sent * FRAME_MS;
            send(client, MediaKind.VIDEO, timestampMs, frame());
            send(client, MediaKind.AUDIO, timestampMs, ByteBuffer.wrap(SOUND));
            await().pollInterval(Duration.ofMillis(FRAME_MS)).atMost(Duration.ofMinutes(2))
                    .until(() -> acknowledged() > before + 1);
            sent++;
        }
    }

    /** Sends more than ingest accepts without an acknowledgement, and no more than the sockets hold; then waits to be told why. */
    private static void waitToBeClosed(RtmpClient client) throws RtmpException {
        for (int i = 0; i < 60; i++) {
            client.send(MediaKind.VIDEO, 2_000 + i, frame());
        }
        await().pollInterval(Duration.ofMillis(200)).atMost(Duration.ofMinutes(2)).until(() -> {
            client.send(MediaKind.DATA, 3_000, ByteBuffer.wrap(new byte[]{5}));
            return false;
        });
    }

    private int steadyFrames(LogTail packets) {
        return packets.until(Packet.class, sent, p -> p.body().remaining() == FRAME_BYTES && p.arrivalUs() > 0).size();
    }

    private double acknowledged() {
        return registry.find("millrace.ingest.packets").counters().stream().mapToDouble(c -> c.count()).sum();
    }

    /** Returns the number of packets in the clip: the end of sequence is none. */
    private static long media() {
        return Clip.TAGS.stream()
                .filter(t -> t.type() != FlvTag.Type.VIDEO || t.body().get(t.body().position() + 1) != 2)
                .count();
    }

    private IngestService node(KafkaClients kafka) {
        EpochRules rules = new EpochRules(EpochRules.CURRENT_VERSION, 2_000, 500, 30_000, 30_000, List.of(Format.TS));
        IngestSettings.Limits limits = new IngestSettings.Limits(256 << 10, 1 << 20, 8 << 20, 500, 300_000, 30_000,
                2_000, Timeouts.DELIVERY_MS);
        return IngestService
                .start(new IngestSettings(PatientRtmp.listen(), "a", new PublicRtmp.Listening(null), rules,
                        AccessSettings.OPEN, 0, MediaLimits.DEFAULT, limits), kafka, registry, (what, cause) -> {
                            throw new AssertionError(what, cause);
                        });
    }

    private static RtmpClient publish(IngestService node, String stream) throws RtmpException {
        return PatientRtmp.publish(URI.create("rtmp://127.0.0.1:" + node.port() + "/" + stream));
    }

    private static void send(RtmpClient client, MediaKind kind, long timestampMs, ByteBuffer body) {
        try {
            client.send(kind, timestampMs, body);
        } catch (RtmpException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ByteBuffer frame() {
        ByteBuffer frame = ByteBuffer.allocate(FRAME_BYTES);
        frame.put(new byte[]{0x27, 1, 0, 0, 0}).putInt(FRAME_BYTES - 9).put((byte) 0x41);
        return frame.rewind();
    }

    /** Returns a name whose partition is {@code partition}. */
    private static String streamOf(int partition, KafkaClients kafka) {
        return IntStream.range(0, 1_000).mapToObj(i -> "live/show" + i)
                .filter(name -> kafka.partitionOf(name) == partition)
                .findFirst().orElseThrow();
    }

    /** Returns a partition that {@code broker} leads. */
    private static int partitionOf(TestBroker broker, KafkaClients kafka) throws Exception {
        try (Admin admin = Admin.create(
                Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.settings().bootstrapServers()))) {
            String topic = kafka.partition(Topic.PACKETS, 0).topic();
            return admin.describeTopics(List.of(topic)).allTopicNames().get(120, TimeUnit.SECONDS).get(topic)
                    .partitions()
                    .stream().filter(p -> p.leader().id() == broker.node()).map(p -> p.partition()).findFirst()
                    .orElseThrow();
        }
    }
}
