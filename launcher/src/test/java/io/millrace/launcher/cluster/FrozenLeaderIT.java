package io.millrace.launcher.cluster;

import io.millrace.launcher.cluster.Cluster.Stage;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.rtmp.RtmpClient;
import io.millrace.platform.rtmp.RtmpException;
import io.millrace.testkit.PatientRtmp;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Two brokers hold different partitions without replicas, and one of them freezes: its sockets stay open, it does not
 * respond, and no other broker can take its place. {@code UnavailableLeaderTest} covers a broker that has ended.
 */
@Tag("chaos")
class FrozenLeaderIT {
    private static final int PARTITIONS = 8;
    private static final int STAYS = 0;
    private static final int FREEZES = 1;
    /**
     * More than ingest accepts from a publisher without an acknowledgement, 4 MiB, and far more than its sockets buffer
     * in addition.
     */
    private static final int BURST_FRAMES = 220;
    private static final int BURST_FRAME_BYTES = 20_000;
    private static final Duration HANG = Duration.ofMinutes(2);

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void onlyItsPublishersAreSlowedAndDisconnected(@TempDir Path dir) throws Exception {
        try (ProcessCluster cluster = ProcessCluster.start(dir, Map.of(Stage.BROKER, 2, Stage.INGEST, 1),
                "--partitions", String.valueOf(PARTITIONS), "--replication", "1")) {
            KafkaClients kafka = new KafkaClients(
                    new KafkaSettings(cluster.kafka(STAYS), "millrace.", PARTITIONS, 1, 0, -1, Map.of()));
            String here = streamLedBy(STAYS, kafka);
            String there = streamLedBy(FREEZES, kafka);
            List<String> sent = new CopyOnWriteArrayList<>();
            try (RtmpClient steady = publish(cluster, here); RtmpClient stuck = publish(cluster, there)) {
                send(stuck, NumberedFrame.video(1, 0, 0, System.currentTimeMillis()));
                awaitPackets(cluster, 5);
                cluster.pause(Stage.BROKER, FREEZES);
                AtomicBoolean over = new AtomicBoolean();
                // Not in the common pool: on two cores it has one thread, which HttpClient needs for its responses.
                CompletableFuture<Void> sending = CompletableFuture
                        .runAsync(() -> sendSteadily(steady, cluster, sent, over), Thread::startVirtualThread);

                assertThatThrownBy(() -> burstAndWait(stuck)).isInstanceOf(RtmpException.class)
                        .hasMessageContaining("The log did not accept a packet, connect again (NetStream.Failed)");
                over.set(true);
                int taken = sent.size();
                sending.get(120, TimeUnit.SECONDS);
                assertThat(taken).as("frames of the other that the log took meanwhile, one after the other")
                        .isGreaterThan(1);
            }
            assertThat(names(kafka, here)).as("frames of the other in the log, while the broker is frozen")
                    .isEqualTo(sent);
            String metrics = metrics(cluster);
            assertThat(value(metrics, "millrace_ingest_pauses_total")).as("one is slowed before").isEqualTo(1);
            assertThat(value(metrics, "millrace_ingest_failures_total")).isEqualTo(1);
            assertThat(value(metrics, "millrace_connections_closed_total{protocol=\"rtmp\",reason=\"log\"}"))
                    .isEqualTo(1);
            cluster.resume(Stage.BROKER, FREEZES);
            publish(cluster, there).close();
        }
    }

    /**
     * Frame by frame: the next frame is sent when the log has accepted the previous one, so that a publisher that waits
     * for the other one is noticed. Both tracks go on: without one of them ingest claims another session, and the broker that
     * must take the notice of it may be the frozen one.
     */
    private void sendSteadily(RtmpClient client, ProcessCluster cluster, List<String> names, AtomicBoolean over) {
        while (!over.get()) {
            double before = packets(cluster);
            int number = names.size() / 2;
            NumberedFrame frame = names.size() % 2 == 0
                    ? NumberedFrame.video(0, 0, number, System.currentTimeMillis())
                    : NumberedFrame.audio(0, 0, number, System.currentTimeMillis());
            send(client, frame);
            await().pollInterval(Duration.ofMillis(NumberedFrame.VIDEO_MS)).atMost(HANG)
                    .until(() -> packets(cluster) > before);
            names.add(frame.name());
        }
    }

    /** Reads until the server says why it closes the connection. */
    private static void burstAndWait(RtmpClient client) throws RtmpException {
        ByteBuffer frame = ByteBuffer.allocate(BURST_FRAME_BYTES);
        frame.put(new byte[]{0x27, 1, 0, 0, 0}).putInt(BURST_FRAME_BYTES - 9).put((byte) 0x41).rewind();
        for (int i = 1; i <= BURST_FRAMES; i++) {
            client.send(MediaKind.VIDEO, (long) i * NumberedFrame.VIDEO_MS, frame.duplicate());
        }
        await().pollInterval(Duration.ofMillis(200)).atMost(Duration.ofMinutes(2)).until(() -> {
            client.send(MediaKind.DATA, 10_000, ByteBuffer.wrap(new byte[]{5}));
            return false;
        });
    }

    private static RtmpClient publish(ProcessCluster cluster, String stream) throws RtmpException {
        RtmpClient client = PatientRtmp.publish(URI.create(cluster.rtmp(0) + "/" + stream));
        NumberedFrame.configs().forEach(config -> send(client, config));
        return client;
    }

    private static void send(RtmpClient client, NumberedFrame frame) {
        try {
            client.send(frame.kind(), frame.timestampMs(), frame.body());
        } catch (RtmpException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the names of the frames in the log, up to the end of the session. */
    private static List<String> names(KafkaClients kafka, String stream) {
        List<String> names = new ArrayList<>();
        TopicPartition partition = kafka.partition(Topic.PACKETS, kafka.partitionOf(stream));
        try (KafkaConsumer<String, LogRecord> reader = kafka.reader("judge")) {
            reader.assign(List.of(partition));
            reader.seekToBeginning(List.of(partition));
            AtomicBoolean ended = new AtomicBoolean();
            await().pollInterval(Duration.ofMillis(1)).atMost(Duration.ofMinutes(2)).until(() -> {
                for (ConsumerRecord<String, LogRecord> record : reader.poll(Duration.ofMillis(200))) {
                    if (record.value() instanceof Packet packet) {
                        NumberedFrame.names(packet.body()).forEach(names::add);
                    }
                    ended.compareAndSet(false, record.value() instanceof SessionEnded);
                }
                return ended.get();
            });
        }
        return names;
    }

    /** Returns a stream whose partition is led by the broker with this index; brokers are numbered from 1. */
    private static String streamLedBy(int broker, KafkaClients kafka) throws Exception {
        String topic = kafka.partition(Topic.PACKETS, 0).topic();
        try (Admin admin = kafka.admin("judge")) {
            List<Integer> led = admin.describeTopics(List.of(topic)).allTopicNames().get(120, TimeUnit.SECONDS)
                    .get(topic).partitions().stream().filter(p -> p.leader().id() == broker + 1)
                    .map(p -> p.partition()).toList();
            return IntStream.range(0, 1_000).mapToObj(i -> "live/show" + i)
                    .filter(name -> led.contains(kafka.partitionOf(name))).findFirst().orElseThrow();
        }
    }

    private void awaitPackets(ProcessCluster cluster, int count) {
        await().atMost(HANG).until(() -> packets(cluster) >= count);
    }

    /** Frames that the log has accepted. */
    private double packets(ProcessCluster cluster) {
        return metrics(cluster).lines().filter(line -> line.startsWith("millrace_ingest_packets_total{"))
                .mapToDouble(FrozenLeaderIT::number).sum();
    }

    private String metrics(ProcessCluster cluster) {
        URI uri = cluster.admin(Stage.INGEST, 0, "/metrics");
        return http.sendAsync(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString()).join().body();
    }

    private static double value(String metrics, String name) {
        return metrics.lines().filter(line -> line.startsWith(name + " ")).mapToDouble(FrozenLeaderIT::number)
                .findFirst().orElseThrow();
    }

    private static double number(String line) {
        return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
    }
}
