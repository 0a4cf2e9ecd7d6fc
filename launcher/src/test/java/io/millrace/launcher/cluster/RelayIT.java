package io.millrace.launcher.cluster;

import io.millrace.launcher.cluster.Cluster.Stage;
import io.millrace.launcher.e2e.MillraceCommand;
import io.millrace.launcher.e2e.MillraceProcess;
import io.millrace.testkit.Patience;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two relaying processes send a stream to an ingest node with topics of its own, whose log is compared with what the
 * encoder has sent. Beside the good target, one relay has a target that never answers, and one a target that refuses
 * connections. Processes are killed at random instants.
 */
@Tag("chaos")
class RelayIT {
    private static final String STREAM = "live/show";
    private static final String COPY = "copy/show";
    private static final String PREFIX = "target.";
    private static final List<String> JVM = List.of("-Xmx384m");
    private static final int ROUNDS = Integer.getInteger("relay.rounds", 2);
    private static final int LONGEST_MS = 4_000;

    @TempDir
    Path dir;
    private final HttpClient http = HttpClient.newHttpClient();
    private final RandomGenerator random = RandomGenerator.getDefault();
    private final List<MillraceProcess> relays = new ArrayList<>();
    private int lives;
    private ServerSocket silent;
    private ProcessCluster cluster;
    private MillraceProcess target;
    private String targetPort = "0";
    private Encoder encoder;
    private Thread encoding;

    @BeforeEach
    void start() throws Exception {
        silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        cluster = ProcessCluster.start(dir, Map.of(Stage.BROKER, 1, Stage.INGEST, 1, Stage.SEGMENTER, 1));
        startTarget();
    }

    @AfterEach
    void end() throws Exception {
        if (encoding != null) {
            encoder.end();
            encoding.join();
        }
        relays.forEach(relay -> relay.process().destroyForcibly());
        target.process().destroyForcibly();
        cluster.close();
        silent.close();
    }

    @Test
    void continuesWithoutGapAfterKillOfSender() throws Exception {
        begin("stopped");
        for (int round = 0; round < ROUNDS; round++) {
            sendForRandomTime();
            int owner = owner();
            killed(relays.get(owner));
            awaitNewFrames();
            relays.set(owner, relayOfFile("stopped"));
        }
        judgeWithoutGap(finish(), ROUNDS);
    }

    /** The definition is only in the log: it outlives the node that has taken it, and all other nodes. */
    @Test
    void relayOfApiContinuesWithoutGapAfterKillOfSender() throws Exception {
        relays.add(relay());
        relays.add(relay());
        String body = "{\"streams\":\"live/*\",\"target\":\"rtmp://127.0.0.1:" + targetPort + "/copy/{name}?SECRET\"}";
        assertThat(send(0, "POST", body).statusCode()).isEqualTo(201);
        encode();
        for (int round = 0; round < ROUNDS; round++) {
            sendForRandomTime();
            int owner = owner();
            killed(relays.get(owner));
            awaitNewFrames();
            relays.set(owner, relay());
        }
        for (int i = 0; i < relays.size(); i++) {
            killed(relays.get(i));
            relays.set(i, relay());
        }
        awaitNewFrames();
        assertThat(send(0, "POST", body).statusCode()).as("defined already").isEqualTo(409);
        judgeWithoutGap(finish(), ROUNDS + 1);
        assertThat(send(1, "DELETE", "").statusCode()).isEqualTo(204);
        for (MillraceProcess relay : relays) {
            Patience.await().until(() -> get(URI.create(relay.ready().get("admin") + "/api/v1/relays"))
                    .equals("{\"relays\":[],\"definitions\":[]}"));
            assertThat(relay.log()).doesNotContain("SECRET");
        }
    }

    @Test
    void continuesWithoutGapAfterKillOfReceiver() throws Exception {
        begin("stopped");
        for (int round = 0; round < ROUNDS; round++) {
            sendForRandomTime();
            killed(target);
            startTarget();
            awaitNewFrames();
        }
        judgeWithoutGap(finish(), ROUNDS);
    }

    @Test
    void continuesWithoutGapAfterKillOfBroker() throws Exception {
        begin("stopped");
        sendForRandomTime();
        MillraceProcess owner = relays.get(owner());
        cluster.kill(Stage.BROKER, 0);
        // The group might have given the partitions to a process that still reaches Kafka.
        Patience.await().until(() -> owner.log().contains("the consumer group has not answered") && !sends(0)
                && !sends(1));
        cluster.start(Stage.BROKER, 0);
        awaitNewFrames();
        List<RelayedSession> sessions = finish();
        // The encoder may have lost frames that it had sent, so what is in the log is compared.
        RelayedSession.assertNoGap(RelayedSession.logged(cluster.kafka(), "millrace.", STREAM), sessions);
    }

    @Test
    void continuesWithoutGapAfterFreezeOfReceiver() throws Exception {
        begin("stopped");
        signal("STOP", target);
        sendForRandomTime();
        signal("CONT", target);
        awaitNewFrames();
        judgeWithoutGap(finish(), 0);
    }

    /** The frozen sender does not know that it has been replaced when it continues. */
    @Test
    void continuesWithoutGapAfterFreezeOfSender() throws Exception {
        begin("stopped");
        sendForRandomTime();
        int owner = owner();
        signal("STOP", relays.get(owner));
        awaitNewFrames();
        signal("CONT", relays.get(owner));
        sendForRandomTime();
        awaitNewFrames();
        Patience.await().until(() -> sends(0) != sends(1));
        judgeWithoutGap(finish(), 1);
    }

    @Test
    void continuesLiveAfterKillOfSender() throws Exception {
        begin("live");
        sendForRandomTime();
        int owner = owner();
        long beforeMs = System.currentTimeMillis();
        killed(relays.get(owner));
        awaitNewFrames();
        List<RelayedSession> sessions = finish();
        List<String> sent = encoder.publishes().getFirst().sent();
        sessions.forEach(session -> session.assertPartOf(sent));
        assertThat(sessions).hasSize(2);
        assertThat(NumberedFrame.sentMs(sessions.getLast().frames().getFirst())).isGreaterThan(beforeMs);
        report(sessions);
    }

    private void begin(String from) throws Exception {
        relays.add(relayOfFile(from));
        relays.add(relayOfFile(from));
        encode();
    }

    private void encode() {
        encoder = new Encoder(cluster, 0, STREAM);
        encoding = Thread.ofVirtual().name("encoder").start(encoder);
        awaitNewFrames();
    }

    private void sendForRandomTime() throws InterruptedException {
        // A random instant, for which nothing waits.
        TimeUnit.MILLISECONDS.sleep(random.nextInt(1_000, LONGEST_MS));
    }

    private static void signal(String name, MillraceProcess process) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, String.valueOf(process.process().pid())).start().waitFor())
                .isZero();
    }

    private static void killed(MillraceProcess process) throws InterruptedException {
        process.process().destroyForcibly().waitFor();
    }

    private void awaitNewFrames() {
        long nowMs = System.currentTimeMillis();
        Patience.await().until(() -> RelayedSession.read(cluster.kafka(), PREFIX, COPY).stream()
                .flatMap(session -> session.frames().stream()).anyMatch(name -> NumberedFrame.sentMs(name) > nowMs));
    }

    /** Ends the stream, and returns what the target has received when all of it is there. */
    private List<RelayedSession> finish() throws InterruptedException {
        encoder.end();
        encoding.join();
        String last = encoder.publishes().getLast().sent().getLast();
        Patience.await().until(() -> RelayedSession.read(cluster.kafka(), PREFIX, COPY).getLast().frames()
                .contains(last));
        return RelayedSession.read(cluster.kafka(), PREFIX, COPY);
    }

    private void judgeWithoutGap(List<RelayedSession> sessions, int interruptions) {
        assertThat(encoder.publishes()).hasSize(1);
        assertThat(sessions).hasSizeGreaterThan(interruptions);
        RelayedSession.assertNoGap(encoder.publishes().getFirst().sent(), sessions);
        report(sessions);
    }

    private static void report(List<RelayedSession> sessions) {
        for (int i = 1; i < sessions.size(); i++) {
            System.out.println("interruption of " + (sessions.get(i).firstMs() - sessions.get(i - 1).lastMs())
                    + " ms at the target, repeated "
                    + sessions.get(i - 1).frames().stream().filter(sessions.get(i).frames()::contains).count()
                    + " frames");
        }
    }

    private void startTarget() throws IOException, InterruptedException {
        target = MillraceProcess.start(dir, "target." + lives++, JVM,
                List.of("ingest", "--kafka", cluster.kafka(), "--topic-prefix", PREFIX, "--host", "127.0.0.1",
                        "--rtmp-port", targetPort, "--admin-port", "0"));
        String rtmp = target.ready().get("rtmp");
        targetPort = rtmp.substring(rtmp.lastIndexOf(':') + 1);
    }

    private MillraceProcess relayOfFile(String from) throws IOException, InterruptedException {
        Path file = dir.resolve("relays.yaml");
        Files.writeString(file, """
                relays:
                  - {name: silent, streams: live/*, target: "rtmp://127.0.0.1:%d/copy/{name}?SECRET"}
                  - {name: refused, streams: live/*, target: "rtmp://127.0.0.1:1/copy/{name}?SECRET"}
                  - {name: good, streams: live/*, target: "rtmp://127.0.0.1:%s/copy/{name}?SECRET", from: %s}
                """.formatted(silent.getLocalPort(), targetPort, from));
        return relay("--relays", file.toString());
    }

    private MillraceProcess relay(String... flags) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("relay", "--kafka", cluster.kafka(), "--admin-port", "0"));
        line.addAll(List.of(flags));
        MillraceProcess process = MillraceProcess.run(dir, "relay." + lives++, MillraceCommand.line(JVM, line));
        process.ready();
        return process;
    }

    /** Returns the index of the process that sends. */
    private int owner() throws Exception {
        Patience.await().until(() -> sends(0) || sends(1));
        return sends(0) ? 0 : 1;
    }

    private boolean sends(int relay) throws Exception {
        String metrics = get(URI.create(relays.get(relay).ready().get("admin") + "/metrics"));
        return metrics.contains("millrace_relay_sessions 1.0");
    }

    private HttpResponse<String> send(int relay, String method, String body) throws Exception {
        return http.send(HttpRequest
                .newBuilder(URI.create(relays.get(relay).ready().get("admin") + "/api/v1/relays/good"))
                .method(method, HttpRequest.BodyPublishers.ofString(body)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String get(URI url) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString()).body();
    }
}
