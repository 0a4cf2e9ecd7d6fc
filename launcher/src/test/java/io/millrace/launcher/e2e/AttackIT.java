package io.millrace.launcher.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The short form of bench/attack.sh: its clients (bench/attack), which share no code with the server, attack one small
 * process that serves a publisher and a viewer of each protocol.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AttackIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int HEAP_MB = 256;
    /** At times, half of it is live without any attack. */
    private static final int LIVE_MB = HEAP_MB * 3 / 4;
    private static final int LOG_BYTES = 64_000;
    private static final Path CLIENTS = Path.of("../bench/attack");
    private static final Pattern WATCHED = Pattern.compile("(flv|hls|rtmp|ws) \\d+ (\\d+) (\\d+)");
    private static final Pattern USED = Pattern.compile(" used (\\d+)K");

    private record Viewers(int ended, long bytes) {}

    private interface Look {
        void atServer() throws Exception;
    }

    private final HttpClient client = HttpClient.newHttpClient();
    private Path classes;
    private MillraceProcess millrace;
    private Map<String, String> ready;
    private Process publisher;
    private Process watch;
    private volatile String watched = "";

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        classes = dir.resolve("classes");
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, "-d", classes.toString(), "-sourcepath",
                CLIENTS.toString(), CLIENTS.resolve("Attack.java").toString(),
                CLIENTS.resolve("Watch.java").toString()))
                .isZero();
        Ffmpeg ffmpeg = new Ffmpeg();
        Path clip = dir.resolve("clip.flv");
        ffmpeg.makeClip(clip, 4, 30);
        millrace = MillraceProcess.start(dir, "up", List.of("-Xmx" + HEAP_MB + "m", "-XX:+ExitOnOutOfMemoryError"),
                List.of("up", "--host", "127.0.0.1", "--rtmp-port", "0", "--http-port", "0", "--admin-port", "0",
                        "--kafka-port", "0", "--data-dir", dir.resolve("data").toString()));
        ready = millrace.ready();
        publisher = ffmpeg.publishForEver(clip, ready.get("rtmp") + "/live/show0", dir.resolve("publish.log"));
        await(() -> get(URI.create(ready.get("http") + "/live/show0.m3u8")).statusCode() == 200);
        watch = java("Watch", "1", port("http"), port("rtmp"), "live/show0");
        MillraceProcess.readByThread("watch", () -> readLines(watch));
        assertOthersContinue();
    }

    @AfterAll
    void stop() {
        client.close();
        for (Process process : new Process[]{watch, publisher}) {
            if (process != null) {
                process.destroyForcibly();
            }
        }
        if (millrace != null) {
            millrace.close();
        }
    }

    @AfterEach
    void assertOthersContinue() {
        Map<String, Viewers> before = viewers();
        await(() -> viewers().size() == 4 && viewers().entrySet().stream().allMatch(
                now -> now.getValue().bytes() > before.getOrDefault(now.getKey(), new Viewers(0, 0)).bytes()));
        assertThat(viewers().values()).as("no viewer is disconnected").allMatch(viewer -> viewer.ended() == 0);
        assertThat(publisher.isAlive()).as("the publisher").isTrue();
        assertThat(millrace.process().isAlive()).as("the process").isTrue();
    }

    @Tag("matrix")
    @Test
    void incompleteVideoWithoutPublishIsRefusedAtHeader() throws Exception {
        double before = closed("malformed");
        attack("rtmp-begun", 300, () -> await(() -> closed("malformed") - before == 300));
    }

    @Test
    void incompleteMessagesOfPublishersAreDropped() throws Exception {
        double closed = closed("memory") + closed("over_limit");
        String said = attack("rtmp-published", 100, () -> {
            await(() -> metric("millrace_dropped_total{reason=\"media_without_memory\",stage=\"rtmp\"}") > 0);
            assertThat(closed("memory") + closed("over_limit")).as("none is closed; the log says:\n%s", millrace.log())
                    .isEqualTo(closed);
        });
        assertThat(said).as("connections, bytes, of them refused or closed").matches("100 \\d+ 0 .*");
    }

    @Tag("matrix")
    @Test
    void mediaBeforePublishAnswerIsLimited() throws Exception {
        attack("rtmp-early", 50);
    }

    @Tag("matrix")
    @Test
    void reconnectingEncodersTakeNoMemory() throws Exception {
        attack("rtmp-again", 100);
    }

    @Tag("matrix")
    @Test
    void heldRequestsTakeNoMemory() throws Exception {
        attack("http-held", 300);
    }

    @Tag("matrix")
    @Test
    void pipelinesWithManyHeadersTakeNoMemory() throws Exception {
        attack("http-pipeline", 150);
    }

    @Test
    void newNamesPerAddressAreLimited() throws Exception {
        attack("names", 400);
        await(() -> metric("millrace_ingest_refused_total{reason=\"too_many_names\"}") >= 50);
    }

    @Test
    void malformedInputDoesNotFillLog() throws Exception {
        int before = millrace.log().length();
        double malformed = closed("malformed");
        attack("logs", 100, () -> await(() -> closed("malformed") - malformed == 100));
        assertThat(millrace.log().length() - before).isLessThan(LOG_BYTES);
    }

    private void attack(String what, int connections) throws Exception {
        attack(what, connections, () -> {});
    }

    /**
     * @param whileTheyStay looks at the server when all have done what they do, and before any of them leaves
     * @return what the attackers say of themselves
     */
    private String attack(String what, int connections, Look whileTheyStay) throws Exception {
        Process attacker = java("Attack", what, port("rtmp"), port("http"), port("admin"), String.valueOf(connections));
        List<String> said = new ArrayList<>();
        try (BufferedReader lines = attacker.inputReader()) {
            said.add(lines.readLine());
            whileTheyStay.atServer();
            assertThat(liveMb()).as("MB of the heap that are live").isLessThan(LIVE_MB);
            attacker.getOutputStream().close();
            lines.lines().forEach(said::add);
            assertThat(attacker.waitFor()).as(said.toString()).isZero();
        } finally {
            attacker.destroyForcibly();
        }
        assertThat(said.getLast()).startsWith(connections + " ");
        return said.getLast();
    }

    private Process java(String client, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(tool("java"), "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dhold=1000",
                        "-Dstay=true", "-Dpatience=120000", "-cp",
                        classes.toString(),
                        client));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    private static String tool(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }

    private void readLines(Process process) {
        try (BufferedReader lines = process.inputReader()) {
            lines.lines().forEach(line -> watched = line);
        } catch (IOException e) {
            watched = e.toString();
        }
    }

    private Map<String, Viewers> viewers() {
        Map<String, Viewers> viewers = new TreeMap<>();
        for (MatchResult viewer : WATCHED.matcher(watched).results().toList()) {
            viewers.put(viewer.group(1),
                    new Viewers(Integer.parseInt(viewer.group(2)), Long.parseLong(viewer.group(3))));
        }
        return viewers;
    }

    /** Returns the live bytes of the heap. */
    private long liveMb() throws IOException, InterruptedException {
        jcmd("GC.run");
        String heap = jcmd("GC.heap_info");
        return USED.matcher(heap).results().findFirst().map(used -> Long.parseLong(used.group(1)) / 1024)
                .orElseThrow(() -> new AssertionError(heap));
    }

    private String jcmd(String what) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(tool("jcmd"), String.valueOf(millrace.process().pid()), what).start();
        String said = new String(process.getInputStream().readAllBytes());
        process.waitFor();
        return said;
    }

    private double closed(String reason) throws IOException, InterruptedException {
        return metric("millrace_connections_closed_total{protocol=\"rtmp\",reason=\"" + reason + "\"}");
    }

    private double metric(String name) throws IOException, InterruptedException {
        return get(URI.create(ready.get("admin") + "/metrics")).body().lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length()))).findFirst().orElseThrow();
    }

    private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    private String port(String part) {
        return ready.get(part).replaceAll(".*:(\\d+).*", "$1");
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(PATIENCE).until(condition);
    }
}
