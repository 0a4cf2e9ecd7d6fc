package io.millrace.launcher.e2e;

import io.millrace.platform.rtmp.RtmpClient;
import io.millrace.platform.rtmp.RtmpException;
import io.millrace.testkit.PatientRtmp;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** SIGTERM to an ingest process with an encoder that supports Enhanced RTMP's reconnect request. */
class DrainIT {
    /** Longer than the test, so that nothing ends because of it. */
    private static final Duration DRAIN = Duration.ofMinutes(10);
    private static final Duration HANG = Duration.ofMinutes(3);

    @TempDir
    private Path dir;
    private final HttpClient http = HttpClient.newHttpClient();
    private final CompletableFuture<Void> asked = new CompletableFuture<>();
    private MillraceProcess broker;
    private MillraceProcess ingest;
    private URI rtmp;
    private URI health;

    @BeforeEach
    void start() throws Exception {
        broker = MillraceProcess.start(dir, "broker",
                List.of("broker", "--kafka-port", "0", "--data-dir", dir.resolve("data").toString()));
        ingest = MillraceProcess.start(dir, "ingest",
                List.of("ingest", "--kafka", broker.ready().get("kafka"), "--host", "127.0.0.1", "--rtmp-port", "0",
                        "--admin-port", "0", "--drain", DRAIN.toSeconds() + "s"));
        Map<String, String> ready = ingest.ready();
        rtmp = URI.create(ready.get("rtmp") + "/live/show");
        health = URI.create(ready.get("admin") + "/health/ready");
        await().atMost(HANG).until(() -> status(health) == 200);
    }

    @AfterEach
    void stop() {
        if (ingest != null) {
            ingest.process().destroyForcibly();
        }
        broker.close();
    }

    @Test
    void requestsReconnectAndEndsWhenEncoderLeft() throws Exception {
        RtmpClient encoder = PatientRtmp.publish(rtmp, () -> asked.complete(null));
        ingest.process().destroy();
        await().atMost(HANG).until(() -> status(health) == 503);
        assertThatThrownBy(() -> PatientRtmp.publish(URI.create(rtmp + "2"))).isInstanceOf(RtmpException.class)
                .hasMessageContaining("The server is shutting down, connect again");
        asked.get(120, TimeUnit.SECONDS);
        assertThat(ingest.process().isAlive()).isTrue();
        encoder.close();
        assertThat(ingest.process().waitFor(HANG.toSeconds(), TimeUnit.SECONDS)).as(ingest.log()).isTrue();
        assertThat(ingest.process().exitValue()).isZero();
    }

    @Test
    void secondSignalEndsImmediately() throws Exception {
        try (RtmpClient _ = PatientRtmp.publish(rtmp, () -> asked.complete(null))) {
            ingest.process().destroy();
            await().atMost(HANG).until(() -> status(health) == 503);
            asked.get(120, TimeUnit.SECONDS);
            ingest.process().destroy();
            assertThat(ingest.process().waitFor(120, TimeUnit.SECONDS)).as(ingest.log()).isTrue();
            assertThat(ingest.process().exitValue()).as("by SIGTERM itself").isEqualTo(128 + 15);
        }
    }

    private int status(URI uri) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    }
}
