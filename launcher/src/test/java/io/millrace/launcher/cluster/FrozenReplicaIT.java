package io.millrace.launcher.cluster;

import io.millrace.launcher.cluster.Cluster.Stage;
import io.millrace.platform.rtmp.RtmpClient;
import io.millrace.platform.rtmp.RtmpException;
import io.millrace.testkit.PatientRtmp;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Three brokers hold a replica of every partition, and one of them freezes or dies: the others go on without it, nobody is
 * disconnected, and no session is ended by suspicion. {@code FrozenLeaderIT} covers partitions without replicas.
 */
@Tag("chaos")
class FrozenReplicaIT {
    private static final int NODES = 2;
    private static final int FRAMES = 50;
    private static final Duration HANG = Duration.ofMinutes(2);

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void streamsGoOnWithoutIt(@TempDir Path dir) throws Exception {
        try (ProcessCluster cluster = ProcessCluster.start(dir, Map.of(Stage.BROKER, 3, Stage.INGEST, NODES),
                "--partitions", "8", "--replication", "3");
                RtmpClient first = publish(cluster, 0);
                RtmpClient second = publish(cluster, 1)) {
            int sent = 0;
            for (int broker = 0; broker < 3; broker++) {
                cluster.pause(Stage.BROKER, broker);
                // It is still frozen when the log accepts these.
                sendAndAwait(cluster, sent, first, second);
                sent += FRAMES;
                cluster.resume(Stage.BROKER, broker);
                sendAndAwait(cluster, sent, first, second);
                sent += FRAMES;
            }
            cluster.kill(Stage.BROKER, 2);
            sendAndAwait(cluster, sent, first, second);
            for (int node = 0; node < NODES; node++) {
                assertThat(value(cluster, node, "millrace_ingest_suspicions_total")).isZero();
                assertThat(value(cluster, node, "millrace_ingest_failures_total")).isZero();
                assertThat(value(cluster, node, "millrace_ingest_claims_again_total")).isZero();
                assertThat(value(cluster, node, "millrace_sessions_active")).isEqualTo(1);
            }
        }
    }

    private RtmpClient publish(ProcessCluster cluster, int node) throws RtmpException {
        RtmpClient client = PatientRtmp.publish(URI.create(cluster.rtmp(node) + "/live/show" + node));
        for (NumberedFrame config : NumberedFrame.configs()) {
            client.send(config.kind(), config.timestampMs(), config.body());
        }
        return client;
    }

    /** Frame by frame: the next one is sent when the log has accepted the previous one of both publishers. */
    private void sendAndAwait(ProcessCluster cluster, int from, RtmpClient... clients) throws RtmpException {
        for (int number = from; number < from + FRAMES; number++) {
            double[] before = {packets(cluster, 0), packets(cluster, 1)};
            for (int node = 0; node < clients.length; node++) {
                NumberedFrame frame = NumberedFrame.video(node, 0, number, System.currentTimeMillis());
                clients[node].send(frame.kind(), frame.timestampMs(), frame.body());
            }
            await().pollInterval(Duration.ofMillis(NumberedFrame.VIDEO_MS)).atMost(HANG)
                    .until(() -> packets(cluster, 0) > before[0] && packets(cluster, 1) > before[1]);
        }
    }

    private double packets(ProcessCluster cluster, int node) {
        return value(cluster, node, "millrace_ingest_packets_total");
    }

    /** Returns the sum over all labels. */
    private double value(ProcessCluster cluster, int node, String name) {
        URI uri = cluster.admin(Stage.INGEST, node, "/metrics");
        String metrics = http.sendAsync(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .join()
                .body();
        return metrics.lines().filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }
}
