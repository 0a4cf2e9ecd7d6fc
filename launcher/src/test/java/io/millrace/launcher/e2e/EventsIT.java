package io.millrace.launcher.e2e;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.ingest.IngestService;
import io.millrace.ingest.IngestSettings;
import io.millrace.ingest.PublicRtmp;
import io.millrace.ingest.publish.MediaLimits;
import io.millrace.outbound.webhook.WebhookService;
import io.millrace.outbound.webhook.WebhookSettings;
import io.millrace.outbound.webhook.WebhookTarget;
import io.millrace.outbound.webhook.WebhookUrl;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.rtmp.PlayApplication;
import io.millrace.testkit.Patience;
import io.millrace.testkit.PatientRtmp;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** From FFmpeg to the target of a webhook, with kill -9 of encoders and segmenters. */
@SlowTest
@ExtendWith(SharedBroker.class)
class EventsIT {
    private static final String PREFIX = "events-e2e.";
    private static final EpochRules RULES = new EpochRules(EpochRules.CURRENT_VERSION, 1_000, 500, 60_000, 10_000,
            List.of(Format.TS));

    @TempDir
    private Path dir;
    private final List<JsonNode> received = new CopyOnWriteArrayList<>();
    private final List<Process> processes = new ArrayList<>();
    private final List<Throwable> fatal = new CopyOnWriteArrayList<>();

    @AfterEach
    void endProcesses() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void lifeOfStreamArrivesOnceByIdentity(TestBroker broker) throws Exception {
        KafkaClients kafka = broker.clients(PREFIX);
        HttpServer target = target();
        WebhookUrl url = WebhookUrl.parse("http://127.0.0.1:" + target.getAddress().getPort() + "/");
        try (IngestService ingest = ingest(kafka);
                WebhookService _ = WebhookService.start(
                        new WebhookSettings("w", List
                                .of(new WebhookTarget("a", url, Optional.empty(), Set.of(), List.of()))),
                        kafka, new SimpleMeterRegistry(), (_, cause) -> fatal.add(cause))) {
            Process segmenter = segmenter(broker);
            ffmpeg(ingest.port());
            await("published", "first_segment");
            segmenter.destroyForcibly().waitFor();
            Process second = ffmpeg(ingest.port());
            segmenter(broker);
            await("published", "first_segment", "took_over");
            second.destroyForcibly().waitFor();
            await("published", "first_segment", "took_over", "away");
            Process third = ffmpeg(ingest.port());
            await("published", "first_segment", "took_over", "away", "back");
            third.destroy();
            third.waitFor();
            await("published", "first_segment", "took_over", "away", "back", "away", "ended");
        } finally {
            target.stop(0);
        }
        assertThat(fatal).isEmpty();
        List<JsonNode> events = distinct();
        assertThat(events).extracting(event -> event.get("stream").asString()).containsOnly("live/show");
        assertThat(events).extracting(event -> event.get("epoch").asLong()).containsOnly(
                events.getFirst().get("session").asLong());
        assertThat(events.get(3).get("code").asString()).isEqualTo("disconnected");
    }

    /** Returns the events without warnings, by identity. */
    private List<JsonNode> distinct() {
        Map<String, JsonNode> byId = new LinkedHashMap<>();
        received.forEach(event -> byId.putIfAbsent(event.get("id").asString(), event));
        return byId.values().stream().filter(event -> !event.get("type").asString().startsWith("warning")).toList();
    }

    private void await(String... types) {
        Patience.await().untilAsserted(() -> assertThat(distinct())
                .extracting(event -> event.get("type").asString()).containsExactly(types));
    }

    private HttpServer target() throws IOException {
        HttpServer target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        target.createContext("/", exchange -> {
            try (exchange) {
                received.add(JsonMapper.builder().build().readTree(exchange.getRequestBody().readAllBytes()));
                exchange.sendResponseHeaders(204, -1);
            }
        });
        target.start();
        return target;
    }

    private IngestService ingest(KafkaClients kafka) {
        return IngestService.start(
                new IngestSettings(PatientRtmp.listen(), "i", new PublicRtmp.Listening(null), RULES,
                        AccessSettings.OPEN, 0, MediaLimits.DEFAULT, IngestSettings.Limits.DEFAULT),
                PlayApplication.none("none"), kafka, new SimpleMeterRegistry(), (_, cause) -> fatal.add(cause));
    }

    private Process segmenter(TestBroker broker) throws IOException {
        return started(List.of(ProcessHandle.current().info().command().orElseThrow(), "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-Xmx256m", "-cp", System.getProperty("java.class.path"),
                SegmenterProcess.class.getName(), broker.bootstrap(), PREFIX,
                dir.resolve("segmenter-" + processes.size()).toString()));
    }

    private Process ffmpeg(int port) throws IOException {
        return started(List.of("ffmpeg", "-nostdin", "-loglevel", "error", "-re", "-f", "lavfi", "-i",
                "testsrc=size=160x90:rate=15", "-c:v", "libx264", "-preset", "ultrafast", "-g", "15", "-t", "300", "-f",
                "flv", "rtmp://127.0.0.1:" + port + "/live/show"));
    }

    private Process started(List<String> command) throws IOException {
        File output = dir.resolve("output-" + processes.size()).toFile();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
        processes.add(process);
        return process;
    }
}
