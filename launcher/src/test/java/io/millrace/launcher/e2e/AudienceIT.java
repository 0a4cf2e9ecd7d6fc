package io.millrace.launcher.e2e;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Viewers in a real browser, with hls.js and with mpegts.js, and what the admin port says that they experience. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith({SharedMillrace.class, SharedBrowser.class})
class AudienceIT {
    private final Ffmpeg ffmpeg = new Ffmpeg();
    @AutoClose
    private final HttpClient http = HttpClient.newHttpClient();
    private Deployment millrace;
    private Browser browser;
    @AutoClose
    private LoopedClip show;

    @BeforeAll
    void publishStream(Deployment shared, Browser sharedBrowser, @TempDir Path dir)
            throws IOException, InterruptedException {
        millrace = shared;
        browser = sharedBrowser;
        show = LoopedClip.publish(ffmpeg, dir, 40, millrace.rtmp() + "/live/watched");
    }

    @Test
    void pageReportsWhatItsViewersExperience() {
        Page hls = open("hls");
        Page flv = open("flv");
        await().atMost(Duration.ofMillis((long) PlayerPage.WAIT_MS)).untilAsserted(() -> {
            JsonNode both = audience();
            assertThat(both.get("players").asInt()).isEqualTo(2);
            assertThat(both.at("/startDelayMs/p50").asLong()).isPositive();
            assertThat(both.at("/latencyMs/p50").asLong()).isPositive();
            assertThat(both.at("/bitrateKbps/p50").asLong()).isPositive();
            assertThat(both.at("/bufferMs").isNull()).isFalse();
        });
        hls.close(new Page.CloseOptions().setRunBeforeUnload(false));
        flv.navigate("about:blank");
        await().atMost(Duration.ofMillis((long) PlayerPage.WAIT_MS))
                .untilAsserted(() -> assertThat(audience().get("players").asInt()).isZero());
    }

    private Page open(String player) {
        Page page = browser.newPage();
        page.navigate(millrace.http("/?stream=live/watched&player=" + player).toString());
        page.waitForFunction("() => document.querySelector('video')?.currentTime > 0", null, PlayerPage.WAIT);
        return page;
    }

    private JsonNode audience() throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(HttpRequest
                .newBuilder(millrace.admin("/api/v1/streams/live/watched/audience")).build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        return JsonMapper.shared().readTree(response.body());
    }
}
