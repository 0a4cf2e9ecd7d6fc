package io.millrace.launcher.e2e;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.SoftAssertions;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * hls.js, Shaka Player and dash.js without the page of Millrace, on a page of another origin: they report the cues of a
 * live stream, and hls.js shows its keyframes.
 */
@ExtendWith({SharedMillrace.class, SharedBrowser.class})
class WebPlayersIT {
    private static final int CLIP_SECONDS = 10;
    private static final int GOP_FRAMES = 30;
    private static final String STREAM = "/brief/web";
    private static final String DATE_RANGE = "urn:millrace:hls:daterange";
    private static final String SPLICE = "urn:scte:scte35:2014:xml+bin";
    /** PROGRAM-DATE-TIME has milliseconds, media 90 kHz. */
    private static final Offset<Double> ROUNDED_S = Offset.offset(0.02);
    private static final Page.WaitForFunctionOptions WAIT = PlayerPage.WAIT;

    private final Ffmpeg ffmpeg = new Ffmpeg();

    @Test
    void reportCuesAndShowKeyframes(Deployment millrace, Browser browser, @TempDir Path dir) throws Exception {
        Path clip = dir.resolve("clip.flv");
        ffmpeg.makeClip(clip, CLIP_SECONDS, GOP_FRAMES, "-s", "320x180");
        Process publisher = ffmpeg.publishForEver(clip, millrace.rtmp() + STREAM, dir.resolve("publish.log"));
        try {
            Map<String, Page> players = new LinkedHashMap<>();
            players.put("hls", open(browser, millrace, "hls", "/web/assets/vendor/hls.min.js"));
            players.put("shaka", open(browser, millrace, "shaka", "/players/shaka-player.dash-es2021.js"));
            players.put("dash", open(browser, millrace, "dash", "/players/dash.mediaplayer.min.js"));
            players.values().forEach(page -> page.waitForFunction("() => video.currentTime > 0 && seen.picture > 0",
                    null, WAIT));
            cue(millrace, "id=goal&duration=2.5&X-TEAM=red&SCTE35-OUT=0xFC30");
            for (Page page : players.values()) {
                page.waitForFunction("() => Object.values(seen.cues).some(cue => cue.ID)", null, WAIT);
            }
            assertCues(players, availabilityStart(millrace));
            showsKeyframe(players.get("hls"));
            for (Map.Entry<String, Page> player : players.entrySet()) {
                assertThat(player.getValue().evaluate("() => seen.errors")).as("errors of %s", player.getKey())
                        .isEqualTo(List.of());
            }
        } finally {
            publisher.destroy();
            publisher.waitFor();
        }
    }

    private static void assertCues(Map<String, Page> players, Instant start) {
        Map<String, Object> hls = cues(players.get("hls")).values().iterator().next();
        double startS = Duration.between(start, Instant.parse((String) hls.get("START-DATE"))).toMillis() / 1_000.0;
        SoftAssertions.assertSoftly(soft -> {
            soft.assertThat(hls).containsEntry("X-TEAM", "red").containsEntry("SCTE35-OUT", "0xFC30")
                    .containsEntry("duration", 2.5).containsEntry("valid", true);
            soft.assertThat((String) hls.get("ID")).startsWith("goal@");
            soft.assertThat(players.get("hls").evaluate("() => [...video.textTracks].filter(t => t.kind === 'metadata')"
                    + ".flatMap(t => [...t.cues]).filter(cue => cue.value.key === 'X-TEAM').map(cue => cue.value.data)"))
                    .as("metadata cues of hls.js").isEqualTo(List.of("red"));
            for (String player : List.of("shaka", "dash")) {
                Map<String, Map<String, Object>> cues = cues(players.get(player));
                soft.assertThat(cues).as(player).hasSize(2).anySatisfy((key, cue) -> {
                    assertThat(key).startsWith(DATE_RANGE + " ");
                    assertThat(cue).containsEntry("duration", 2.5).containsEntry("X-TEAM", "red")
                            .containsEntry("SCTE35-OUT", "0xFC30").containsEntry("ID", hls.get("ID"));
                    assertThat(((Number) cue.get("start")).doubleValue()).isCloseTo(startS, ROUNDED_S);
                }).anySatisfy((key, cue) -> assertThat(key).startsWith(SPLICE + " "));
            }
            soft.assertThat(cues(players.get("dash"))).anySatisfy((key, cue) -> assertThat(cue)
                    .as("the splice of %s", key).containsEntry("bytes", List.of(0xFC, 0x30)));
        });
    }

    /** hls.js loads a keyframe by its byte range, from the playlist of keyframes, and the browser decodes it. */
    private static void showsKeyframe(Page page) {
        List<String> ranges = new CopyOnWriteArrayList<>();
        page.onRequest(request -> Optional.ofNullable(request.headers().get("range")).ifPresent(ranges::add));
        page.evaluate("() => thumbnail(Math.max(0, video.currentTime - 2))");
        page.waitForFunction("() => seen.thumbnail.readyState >= 2 && seen.thumbnail.videoWidth === 320", null, WAIT);
        assertThat(ranges).anySatisfy(range -> assertThat(range).matches("bytes=\\d+-\\d+"));
    }

    /** Returns the time to which the times of the MPD are relative. */
    private static Instant availabilityStart(Deployment millrace) throws Exception {
        try (HttpClient client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build()) {
            String mpd = client.send(HttpRequest.newBuilder(millrace.http(STREAM + ".mpd")).build(),
                    HttpResponse.BodyHandlers.ofString()).body();
            return Instant.parse(mpd.replaceFirst("(?s).*availabilityStartTime=\"([^\"]*)\".*", "$1"));
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Map<String, Object>> cues(Page page) {
        return (Map<String, Map<String, Object>>) page.evaluate("() => seen.cues");
    }

    private static Page open(Browser browser, Deployment millrace, String player, String script) throws IOException {
        Page page = browser.newContext(new Browser.NewContextOptions().setBypassCSP(true)).newPage();
        // Chromium lets a page use a loopback address if it came from one.
        page.navigate(millrace.admin("/no-such-page").toString());
        page.setContent("<video muted width=320 height=180></video>");
        script(page, script);
        script(page, "/players/harness.js");
        String url = millrace.http(STREAM + (player.equals("hls") ? ".m3u8" : ".mpd")).toString();
        page.evaluate("([player, url]) => { play(player, url) }", List.of(player, url));
        return page;
    }

    private static void script(Page page, String resource) throws IOException {
        try (InputStream in = WebPlayersIT.class.getResourceAsStream(resource)) {
            page.addScriptTag(new Page.AddScriptTagOptions()
                    .setContent(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        }
    }

    private static void cue(Deployment millrace, String query) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(millrace.admin("/api/v1/streams" + STREAM + "/cues?" + query))
                .POST(HttpRequest.BodyPublishers.noBody()).build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(202);
        }
    }
}
