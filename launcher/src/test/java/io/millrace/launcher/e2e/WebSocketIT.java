package io.millrace.launcher.e2e;

import io.millrace.launcher.RequiredTool;
import io.millrace.media.flv.FlvTag;
import io.millrace.testkit.WebSocketFlvViewer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * WebSocket-FLV with the JDK's client, single tracks with FFmpeg, and disconnecting viewers on the admin port, of a
 * stream that FFmpeg publishes.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(SharedMillrace.class)
class WebSocketIT {
    private static final int SOME_TAGS = 150;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @AutoClose
    private final HttpClient client = HttpClient.newHttpClient();
    private Ffmpeg ffmpeg;
    private Path clip;
    private Deployment millrace;

    @BeforeAll
    void start(Deployment shared, @TempDir Path dir) throws Exception {
        millrace = shared;
        ffmpeg = new Ffmpeg();
        clip = dir.resolve("clip.flv");
        ffmpeg.makeClip(clip, 10, 30);
    }

    @Test
    void viewersStayThroughReconnectUntilOperatorDisconnects(@TempDir Path dir) throws Exception {
        Process publisher = publish("patient/ws", dir.resolve("first.log"));
        try (var viewer = new WebSocketFlvViewer(client, millrace.http("/patient/ws.flv"))) {
            await(() -> viewer.waiting().size() > SOME_TAGS);
            publisher.destroyForcibly().waitFor();
            await(() -> get(millrace.http("/api/v1/streams/patient/ws")).body().contains("\"state\":\"grace\""));
            int before = viewer.waiting().size();
            publisher = publish("patient/ws", dir.resolve("second.log"));
            await(() -> viewer.waiting().size() > before + SOME_TAGS);
            assertThat(viewer.isClosed()).isFalse();
            for (FlvTag.Type type : List.of(FlvTag.Type.VIDEO, FlvTag.Type.AUDIO)) {
                // Sequence headers come first, with the timestamp of the frame after them.
                assertThat(viewer.waiting().stream().filter(tag -> tag.type() == type && tag.body().get(1) != 0)
                        .mapToInt(FlvTag::timestampMs).boxed().toList()).isSorted().doesNotHaveDuplicates();
            }

            HttpResponse<String> listed = get(millrace.admin("/api/v1/viewers?stream=patient/ws"));
            assertThat(listed.body()).contains("\"protocol\":\"ws\"", "\"address\":\"127.0.0.1:")
                    .doesNotContain("\"bytes\":0", "null,\"since\"");
            assertThat(get(millrace.http("/api/v1/streams/patient/ws")).body()).contains("\"ws\":1");
            assertThat(metric("millrace_edge_viewers{protocol=\"ws\"}")).isEqualTo(1);
            assertThat(metric("millrace_edge_bytes_sent_total{protocol=\"ws\"}")).isPositive();

            String id = listed.body().replaceAll(".*\"id\":\"([^\"]+)\".*", "$1");
            assertThat(delete("/api/v1/viewers/" + id)).isEqualTo(204);
            assertThat(viewer.closed()).isEqualTo(1008);
            await(() -> metric("millrace_edge_viewers{protocol=\"ws\"}") == 0);
            assertThat(metric("millrace_connections_closed_total{protocol=\"ws\",reason=\"kicked\"}")).isEqualTo(1);
            assertThat(delete("/api/v1/viewers/" + id)).isEqualTo(404);
        } finally {
            publisher.destroyForcibly().waitFor();
        }
    }

    @Test
    void ffmpegPlaysSingleTracks(@TempDir Path dir) throws Exception {
        Process publisher = publish("patient/half", dir.resolve("publish.log"));
        try {
            for (String choice : List.of("audio=0", "video=0", "audio=1&video=1")) {
                Path file = dir.resolve(choice + ".flv");
                ffmpeg.record(millrace.http("/patient/half.flv?" + choice), 1, file);
                ffmpeg.assertDecodesWithoutErrors(file);
                assertThat(streams(file)).as(choice).isEqualTo(switch (choice) {
                    case "audio=0" -> List.of("h264,video");
                    case "video=0" -> List.of("aac,audio");
                    default -> List.of("h264,video", "aac,audio");
                });
            }
            assertThat(get(millrace.http("/patient/half.flv?audio=0&video=0")).statusCode()).isEqualTo(400);
        } finally {
            publisher.destroyForcibly().waitFor();
        }
    }

    /** Returns when viewers can connect. */
    private Process publish(String stream, Path log) throws IOException {
        Process publisher = ffmpeg.publishForEver(clip, millrace.rtmp() + "/" + stream, log);
        await(() -> get(millrace.http("/api/v1/streams/" + stream)).body().contains("\"state\":\"live\""));
        return publisher;
    }

    private static List<String> streams(Path file) throws IOException {
        Process process = new ProcessBuilder(RequiredTool.find("ffprobe").toString(), "-v", "error", "-show_entries",
                "stream=codec_name,codec_type", "-of", "csv=p=0", file.toString()).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }

    private double metric(String name) throws IOException, InterruptedException {
        return get(millrace.admin("/metrics")).body().lines().filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length()))).findFirst().orElseThrow();
    }

    private int delete(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(millrace.admin(path)).DELETE().build(),
                HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(condition::holds);
    }
}
