package io.millrace.launcher.cluster;

import io.millrace.launcher.e2e.MillraceCommand;
import io.millrace.launcher.e2e.MillraceProcess;
import io.millrace.platform.rtmp.RtmpException;
import io.millrace.testkit.PatientRtmp;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The disk of {@code up} fills up while a stream is published: slowly, and then at once. */
@Tag("chaos")
class FullDiskIT {
    private static final int DISK_MEGABYTES = 600;
    /** Less than what makes publishers be refused, more than what the broker needs. */
    private static final long NEARLY_FULL_BYTES = 100_000_000;
    private static final String STREAM = "live/show";
    private static final int SEGMENTS = 2;
    private static final Duration HANG = Duration.ofMinutes(5);

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void publishersAreRefusedAndNothingIsLost(@TempDir Path dir) throws Exception {
        assumeTrue(SmallDisk.isPermitted());
        try (SmallDisk disk = new SmallDisk(dir.resolve("disk"), DISK_MEGABYTES); var node = new UpNode(dir, disk)) {
            node.start();
            EdgeView edge = new EdgeView(http, node, 0);
            Encoder encoder = new Encoder(node, 0, STREAM);
            Thread publisher = Thread.startVirtualThread(encoder);
            try {
                until(() -> edge.segments(STREAM) >= SEGMENTS);

                disk.fill(NEARLY_FULL_BYTES);
                until(() -> node.log().contains("disk_full"));
                assertThatThrownBy(() -> PatientRtmp.publish(URI.create(node.rtmp(0) + "/live/other")).close())
                        .isInstanceOf(RtmpException.class).hasMessageContaining("The server's disk is nearly full");
                int before = edge.segments(STREAM);
                disk.free();
                until(() -> edge.segments(STREAM) >= before + SEGMENTS);

                disk.fill(0);
                assertThat(node.process().waitFor(HANG.toSeconds(), TimeUnit.SECONDS)).isTrue();
                assertThat(node.process().exitValue()).as(node.log()).isEqualTo(1);
                assertThat(node.log()).contains("is full: 0 of ");
                disk.free();
                node.start();
                int kept = edge.segments(STREAM);
                until(() -> edge.segments(STREAM) >= kept + SEGMENTS);
            } finally {
                encoder.end();
                publisher.join();
            }
            judge(node, edge, encoder);
        }
    }

    private static void judge(UpNode node, EdgeView edge, Encoder encoder) throws Exception {
        until(() -> UndisturbedRun.read(node.kafka(), UpNode.PARTITIONS).get(STREAM).isLeft());
        UndisturbedRun run = UndisturbedRun.read(node.kafka(), UpNode.PARTITIONS).get(STREAM);
        until(() -> edge.get(run.segments().getLast().path()).statusCode() == 200);
        SoftAssertions judge = new SoftAssertions();
        judge.assertThat(run.failures()).isEmpty();
        Judge.assertSentIsInLog(judge, encoder, run);
        Judge.assertLogIsInSegments(judge, STREAM, run);
        for (UndisturbedRun.Segment segment : run.segments()) {
            HttpResponse<byte[]> response = edge.get(segment.path());
            judge.assertThat(response.statusCode()).as(segment.path()).isEqualTo(200);
            judge.assertThat(response.body()).as(segment.path()).isEqualTo(segment.bytes());
        }
        judge.assertAll();
    }

    private static void until(Callable<Boolean> condition) {
        await().atMost(HANG).pollInterval(Duration.ofMillis(100)).ignoreExceptions().until(condition);
    }

    /** {@code millrace up}, which keeps its ports across restarts. */
    private static final class UpNode implements Cluster {
        static final int PARTITIONS = 8;

        private final Path dir;
        private final SmallDisk disk;
        private MillraceProcess process;
        private Map<String, String> addresses = Map.of();
        private int lives;

        UpNode(Path dir, SmallDisk disk) {
            this.dir = dir;
            this.disk = disk;
        }

        void start() throws Exception {
            process = MillraceProcess.run(dir, "up." + lives++, MillraceCommand.line(List.of("-Xmx512m"),
                    List.of("up", "--host", "127.0.0.1", "--rtmp-port", port("rtmp"), "--http-port", port("http"),
                            "--admin-port", port("admin"), "--kafka-port", port("kafka"), "--data-dir",
                            disk.directory().resolve("data").toString(), "--segment", "1s", "--window", "30m",
                            "--grace", "30m")));
            addresses = process.ready();
        }

        private String port(String part) {
            String address = addresses.getOrDefault(part, ":0");
            return address.substring(address.lastIndexOf(':') + 1);
        }

        Process process() {
            return process.process();
        }

        String log() throws IOException {
            return process.log();
        }

        @Override
        public int nodes(Stage stage) {
            return 1;
        }

        @Override
        public String kafka() {
            return addresses.get("kafka");
        }

        @Override
        public String rtmp(int node) {
            return addresses.get("rtmp");
        }

        @Override
        public URI http(int node, String path) {
            return URI.create(addresses.get("http") + path);
        }

        @Override
        public void kill(Stage stage, int node) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void stop(Stage stage, int node) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void pause(Stage stage, int node) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void resume(Stage stage, int node) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void start(Stage stage, int node) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String log(Stage stage, int node) throws IOException {
            return process.log();
        }

        @Override
        public void close() {
            if (process != null) {
                process.process().destroyForcibly();
            }
        }
    }
}
