package io.millrace.launcher.e2e;

import io.millrace.launcher.e2e.Deployment.Layout;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** The dashboard of {@code compose/} on a Prometheus that scrapes a running node. */
class DashboardIT {
    private static final Path DASHBOARD = Path.of("..", "compose", "grafana", "dashboards", "flow.json");
    private static final Path CLIP = Path.of("..", "tools", "src", "main", "resources", "demo", "demo.flv");
    private static final Duration DATA = Duration.ofMinutes(3);

    @Test
    void everyQueryHasData(@TempDir Path dir) throws Exception {
        List<String> queries = queries();
        assertThat(queries).hasSizeGreaterThan(20);
        // Nobody listens on port 1: the metrics of relays and webhooks exist nevertheless.
        Path relays = Files.writeString(dir.resolve("relays.yaml"),
                "relays: [{name: copies, streams: live/*, target: 'rtmp://127.0.0.1:1/copy/{name}'}]\n");
        try (Deployment millrace = Deployment.start(Layout.ONE_PROCESS, dir, "--proxy-protocol", "127.0.0.1",
                "--kafka-metrics", "on", "--relays", relays.toString(), "--webhook", "http://127.0.0.1:1/");
                LoadBalancer balancer = LoadBalancer.start(millrace, dir);
                Prometheus prometheus = Prometheus.start(
                        Map.of("millrace", millrace.admin(""), "haproxy", balancer.admin("")), dir);
                // Ends when the publisher ends, which is closed first.
                Viewers viewers = new Viewers();
                MillraceProcess _ = MillraceProcess.start(dir, "push", List.of("-Xmx256m"),
                        List.of("push", "--loop", CLIP.toString(), balancer.rtmp() + "/live/show"))) {
            viewers.hls(balancer.http("/live/show@ts.m3u8"), dir.resolve("hls.ts"));
            viewers.flv(balancer.http("/live/show.flv"), dir.resolve("viewer.flv"));
            AtomicReference<Map<String, Integer>> without = new AtomicReference<>();
            try {
                Awaitility.await().atMost(DATA).until(() -> {
                    report(balancer.http("/api/v1/cmcd"));
                    without.set(withoutData(prometheus, queries));
                    return without.get().isEmpty();
                });
            } catch (ConditionTimeoutException e) {
                throw new AssertionError("no data after " + DATA + ": " + without.get().keySet(), e);
            }
            try (RtmpPlayer player = RtmpPlayer.ffmpeg(balancer.play() + "/live/show", dir, "player")) {
                Awaitility.await("a player of RTMP plays through the balancer").atMost(DATA)
                        .until(() -> player.sizeBytes() > 0);
            }
        }
    }

    /** Reports what a player experiences, as players do every few seconds. Ignored before the stream is known. */
    private static void report(URI edge) throws IOException, InterruptedException {
        String report = "e=t,ts=" + System.currentTimeMillis()
                + ",v=2,sid=\"5f0c\",cid=\"live/show\",sta=p,bl=(4000),bsa=(0),msd=820,ltc=2100";
        try (HttpClient client = HttpClient.newHttpClient()) {
            client.send(HttpRequest.newBuilder(edge).header("Content-Type", "application/cmcd")
                    .POST(HttpRequest.BodyPublishers.ofString(report)).build(), HttpResponse.BodyHandlers.discarding());
        }
    }

    private static Map<String, Integer> withoutData(Prometheus prometheus, List<String> queries)
            throws IOException, InterruptedException {
        Map<String, Integer> found = new TreeMap<>();
        for (String query : queries) {
            found.put(query, prometheus.series(query));
        }
        found.values().removeIf(series -> series > 0);
        return found;
    }

    private static List<String> queries() {
        JsonNode dashboard = new ObjectMapper().readTree(DASHBOARD.toFile());
        return dashboard.path("panels").findValuesAsString("expr").stream().distinct().toList();
    }
}
