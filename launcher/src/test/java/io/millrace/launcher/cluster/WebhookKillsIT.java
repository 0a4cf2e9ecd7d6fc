package io.millrace.launcher.cluster;

import io.millrace.launcher.cluster.Cluster.Stage;
import io.millrace.launcher.e2e.MillraceCommand;
import io.millrace.launcher.e2e.MillraceProcess;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.StreamEvent;
import io.millrace.testkit.OwnLoopback;
import io.millrace.testkit.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two processes send the events of a cluster of three brokers to a receiver, and in each round one of the senders, the
 * receiver or a broker is killed (SIGKILL) at a random instant while a request is in flight. The receiver's own log shows
 * that no event is lost, that each stream's events arrive in order, and that repetitions have the same id and body.
 *
 * <p>{@code -Dwebhook.rounds=50} for the full number.
 */
@Tag("matrix")
@Timeout(7_200)
class WebhookKillsIT {
    private static final int ROUNDS = Integer.getInteger("webhook.rounds", 6);
    private static final List<String> STREAMS = List.of("live/a", "live/b", "live/c", "live/d", "live/e", "live/f");
    private static final int PARTITIONS = 4;
    private static final int SENDERS = 2;
    private static final List<String> JVM = List.of("-Xmx256m");
    /** No more is written while the receiver has so much to come, so that the end need not be waited for. */
    private static final int BACKLOG = 300;
    private static final int BURST = 50;
    private static final Duration POLL = Duration.ofMillis(200);
    /** New events that must arrive between a kill and the restart, and again before the next round. */
    private static final int PROGRESS = 20;

    @TempDir
    private Path dir;
    private final Random random = new Random();
    private final List<MillraceProcess> senders = new ArrayList<>();
    private final Map<String, List<String>> written = new HashMap<>();
    private final Map<String, Integer> kills = new LinkedHashMap<>();
    private final int port = OwnLoopback.nextPort();
    private int lives;
    private Path received;
    private ProcessCluster cluster;
    private MillraceProcess receiver;
    private Thread writer;
    private volatile boolean ending;
    private volatile int events;

    @BeforeEach
    void start() throws Exception {
        received = dir.resolve("received");
        Files.createFile(received);
        cluster = ProcessCluster.start(dir, Map.of(Stage.BROKER, 3));
        startReceiver();
        for (int i = 0; i < SENDERS; i++) {
            senders.add(sender());
        }
        writer = Thread.ofPlatform().name("writer").start(this::write);
    }

    @AfterEach
    void end() throws Exception {
        ending = true;
        if (writer != null) {
            writer.join();
        }
        senders.forEach(sender -> sender.process().destroyForcibly());
        if (receiver != null) {
            receiver.process().destroyForcibly();
        }
        cluster.close();
    }

    @Test
    void killsLoseNoEvent() throws Exception {
        awaitProgress();
        for (int round = 0; round < ROUNDS; round++) {
            switch (round % 3) {
                case 0 -> killSender();
                case 1 -> killReceiver();
                default -> killBroker();
            }
            awaitProgress();
        }
        ending = true;
        writer.join();
        Patience.await().atMost(Patience.TIME.multipliedBy(3)).pollInterval(POLL).until(() -> ids().size() == events);
        judge();
    }

    private void killSender() throws Exception {
        int victim = random.nextInt(SENDERS);
        awaitRequest();
        kill(senders.get(victim), "sender");
        awaitProgress();
        senders.set(victim, sender());
    }

    private void killReceiver() throws Exception {
        awaitRequest();
        kill(receiver, "receiver");
        startReceiver();
    }

    private void killBroker() throws Exception {
        int victim = random.nextInt(3);
        awaitRequest();
        cluster.kill(Stage.BROKER, victim);
        kills.merge("broker", 1, Integer::sum);
        awaitProgress();
        cluster.start(Stage.BROKER, victim);
    }

    private void kill(MillraceProcess process, String what) throws InterruptedException {
        process.process().destroyForcibly().waitFor();
        kills.merge(what, 1, Integer::sum);
    }

    /** Returns at a random instant between the arrival of a request and its response. */
    private void awaitRequest() throws IOException {
        long before = Files.size(received);
        while (Files.size(received) == before) {
            LockSupport.parkNanos(200_000);
        }
        LockSupport.parkNanos(random.nextLong(WebhookReceiver.RESPONSE_MS * 1_000_000L));
    }

    private void awaitProgress() throws IOException {
        int before = ids().size();
        Patience.await().pollInterval(POLL).until(() -> ids().size() >= before + PROGRESS);
    }

    private void judge() throws IOException {
        Map<String, String> bodies = new HashMap<>();
        List<String[]> requests = requests();
        for (String[] request : requests) {
            assertThat(request[1]).contains("\"id\":\"" + request[0] + "\"")
                    .isEqualTo(bodies.computeIfAbsent(request[0], _ -> request[1]));
        }
        List<String> inOrder = List.copyOf(ids());
        written.forEach((stream, its) -> assertThat(inOrder.stream().filter(id -> id.startsWith(stream + "#")).toList())
                .isEqualTo(its));
        System.out.printf("webhooks under kills: %s; %d events written, %d lost, %d requests, %d of them repetitions%n",
                kills, events, events - inOrder.size(), requests.size(), requests.size() - inOrder.size());
    }

    /** Returns the ids of the events in the order of their first arrival. */
    private Set<String> ids() throws IOException {
        Set<String> ids = new LinkedHashSet<>();
        requests().forEach(request -> ids.add(request[0]));
        return ids;
    }

    /** Returns id and body of each request. What a kill of the receiver has cut off is ended by the next line. */
    private List<String[]> requests() throws IOException {
        String text = Files.readString(received);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().map(line -> line.split("\t"))
                .filter(line -> line.length == 2 && line[1].endsWith("}")).toList();
    }

    /** Writes events as a segmenter does, again until they are acknowledged. */
    private void write() {
        var kafka = new KafkaClients(new KafkaSettings(cluster.kafka(), "millrace.", PARTITIONS, 3, 86_400_000, -1,
                Map.of()));
        KafkaProducer<String, byte[]> producer = kafka.producer("test-events", 1 << 20);
        for (long position = 0; !ending; position++) {
            String stream = STREAMS.get(random.nextInt(STREAMS.size()));
            var event = new StreamEvent(stream, StreamEvent.Type.AWAY, new StreamEvent.Cause(position, 0), 3, 4,
                    1_767_225_600_000L + position, "unpublished", "");
            write(producer, new ProducerRecord<>(kafka.settings().topic(Topic.EVENTS), kafka.partitionOf(stream),
                    stream, LogCodec.encode(event)));
            written.computeIfAbsent(stream, _ -> new ArrayList<>()).add(event.id());
            events++;
            while (!ending && position % BURST == 0 && events - arrived() > BACKLOG) {
                LockSupport.parkNanos(POLL.toNanos());
            }
        }
        producer.close(Duration.ofSeconds(1));
    }

    private static void write(KafkaProducer<String, byte[]> producer, ProducerRecord<String, byte[]> record) {
        while (true) {
            try {
                producer.send(record).get();
                return;
            } catch (ExecutionException _) {
                // It may be in the log nevertheless, and is then repeated with the same id.
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private int arrived() {
        try {
            return ids().size();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void startReceiver() throws IOException, InterruptedException {
        receiver = MillraceProcess.run(dir, "receiver." + lives++, List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-Xmx64m", "-cp", System.getProperty("java.class.path"),
                WebhookReceiver.class.getName(), OwnLoopback.ADDRESS, String.valueOf(port), received.toString()));
        receiver.ready();
    }

    private MillraceProcess sender() throws IOException, InterruptedException {
        MillraceProcess process = MillraceProcess.run(dir, "webhooks." + lives++, MillraceCommand.line(JVM,
                List.of("webhooks", "--kafka", cluster.kafka(), "--host", "127.0.0.1", "--admin-port", "0",
                        "--partitions", String.valueOf(PARTITIONS), "--webhook",
                        "http://" + OwnLoopback.ADDRESS + ":" + port + "/hook")));
        process.ready();
        return process;
    }
}
