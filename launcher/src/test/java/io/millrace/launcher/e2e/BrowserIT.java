package io.millrace.launcher.e2e;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Frame;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The page and the embedded player in a real browser: what plays, which messages are shown, and what is listed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith({SharedMillrace.class, SharedBrowser.class})
class BrowserIT {
    private static final double PLAYED_SECONDS = 2;
    /** Far enough behind live that the two cannot be confused. */
    private static final double PAST_MS = 20_000;
    /** Between the lowest latency and that of 6 s. */
    private static final double LARGE_LATENCY_MS = 4_500;
    private static final double WAIT_MS = PlayerPage.WAIT_MS;
    private static final Page.WaitForFunctionOptions WAIT = PlayerPage.WAIT;

    private final Ffmpeg ffmpeg = new Ffmpeg();
    private Path scratch;
    private Deployment millrace;
    private Browser browser;
    @AutoClose
    private LoopedClip show;

    @BeforeAll
    void publishStream(Deployment shared, Browser sharedBrowser, @TempDir Path dir)
            throws IOException, InterruptedException {
        scratch = dir;
        millrace = shared;
        browser = sharedBrowser;
        show = LoopedClip.publish(ffmpeg, dir, 40, millrace.rtmp() + "/live/show");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hls", "flv", "ws"})
    void pagePlaysStream(String player) throws IOException {
        Page page = browser.newPage();
        page.navigate(millrace.http("/?stream=live/show&player=" + player).toString());
        Locator video = page.locator("video");
        page.waitForFunction("() => document.querySelector('video')?.currentTime > 0", null, WAIT);
        double started = PlayerPage.currentTime(page);
        Picture before = Picture.of(video, player + "-1");
        page.waitForFunction("t => document.querySelector('video').currentTime > t", started + PLAYED_SECONDS, WAIT);
        Picture after = Picture.of(video, player + "-2");
        assertThat(before.colours()).as("colours of the test picture").hasSizeGreaterThan(8);
        assertThat(after.colours()).as("colours of the test picture").hasSizeGreaterThan(8);
        assertThat(before.differingPixels(after)).as("pixels that moved").isGreaterThan(200);
    }

    /** From the first segment on, because hls.js learns the tracks from it. */
    @Test
    void hlsPlaysMp3Audio() throws Exception {
        Path mp3 = scratch.resolve("mp3.flv");
        ffmpeg.makeClip(mp3, 20, 60, "-c:a", "libmp3lame", "-ar", "44100");
        ffmpeg.publishAtOnce(mp3, 1, millrace.rtmp() + "/live/mp3");
        Page page = open("/?stream=live/mp3&player=hls", 1280);
        page.waitForFunction("() => document.getElementById('state').textContent === 'Ended'", null, WAIT);
        page.reload();
        page.waitForFunction("() => { const v = document.querySelector('video');"
                + " return v.currentTime > 1 && v.videoWidth > 0 && v.webkitAudioDecodedByteCount > 10000 }", null,
                WAIT);
        assertThat(page.locator("#lacks").textContent()).isEmpty();
        assertThat(page.locator("#warnings").textContent()).isEmpty();
        PlayerPage.waitForOutput(page, "hls");
    }

    /** A click on the timeline, a seek with the player's own controls, and a return to live. */
    @Test
    void timelineClickPlaysPastAndReturnsToLive() throws IOException {
        Page page = browser.newPage();
        page.navigate(millrace.http("/?stream=live/show").toString());
        page.waitForFunction("ms => { const bar = document.getElementById('timeline');"
                + " return !bar.hidden && bar.ariaValueMax - bar.ariaValueMin > ms && bar.ariaValueNow > 0 }", PAST_MS,
                WAIT);
        double present = PlayerPage.onScreenMs(page);
        BoundingBox bar = page.locator("#timeline").boundingBox();
        page.mouse().click(bar.x + bar.width / 10, bar.y + bar.height / 2);
        page.waitForURL(url -> url.contains("&start="), new Page.WaitForURLOptions().setTimeout(WAIT_MS));
        double asked = Instant.parse(page.url().replaceAll(".*&start=", "")).toEpochMilli();
        assertThat(asked).as("the moment under the click").isLessThan(present - PAST_MS / 2);

        // From the keyframe at or before the moment, at most one segment earlier.
        page.waitForFunction("asked => Math.abs(document.getElementById('timeline').ariaValueNow - asked) < 3000",
                asked, WAIT);
        Picture.of(page.locator("video"), "past");
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", "timeline.png")));
        page.waitForFunction("asked => document.getElementById('timeline').ariaValueNow - asked > 3000", asked, WAIT);

        double before = PlayerPage.onScreenMs(page);
        page.evaluate("() => { document.querySelector('video').currentTime += 6 }");
        page.waitForFunction("before => document.getElementById('timeline').ariaValueNow - before > 5500", before,
                WAIT);

        page.locator("#live").click();
        page.waitForFunction("present => document.getElementById('timeline').ariaValueNow > present", present, WAIT);
        assertThat(page.url()).doesNotContain("start=");
    }

    @Test
    void endedStreamPlaysWhollyAndAgain() throws Exception {
        ffmpeg.publishAtOnce(show.file(), 2, millrace.rtmp() + "/live/over");
        Page before = open("/?stream=live/over", 1280);
        before.waitForFunction("() => document.getElementById('state').textContent === 'Ended'", null, WAIT);
        before.close();
        Page page = open("/?stream=live/over", 1280);
        page.waitForFunction("() => document.querySelector('video').duration > 75", null, WAIT);
        assertThat(page.locator("#state").textContent()).isEqualTo("Ended");
        assertThat(page.locator("#whole").isVisible()).as("an offer of what is played anyway").isFalse();
        page.evaluate("() => { const v = document.querySelector('video'); v.currentTime = v.duration - 1 }");
        PlayerPage.waitForWords(page, "The stream has ended.");
        page.locator("#action").click();
        page.waitForFunction("() => { const v = document.querySelector('video');"
                + " return v.currentTime > 0 && v.currentTime < 60 }", null, WAIT);
    }

    /**
     * A page that is opened within the grace period plays the live window of 30 s, and the browser caches the
     * redirecting playlist for some seconds. A page that is opened later plays the whole stream.
     */
    @Test
    void viewerAtEndIsOfferedWholeStream() throws Exception {
        ffmpeg.publishAtOnce(show.file(), 2, millrace.rtmp() + "/live/ending");
        Page page = open("/?stream=live/ending", 1280);
        page.waitForFunction("() => document.querySelector('video').currentTime > 0", null, WAIT);
        page.evaluate("() => { document.querySelector('video').pause();"
                + " window.others = setInterval(() => fetch('/live/ending.m3u8'), 500) }");
        page.waitForFunction("() => document.getElementById('state').textContent === 'Ended'", null, WAIT);
        page.evaluate("() => clearInterval(window.others)");
        page.waitForFunction("() => { const whole = document.getElementById('whole');"
                + " if (!whole.hidden) whole.click();"
                + " return document.querySelector('video').duration > 75 }", null, WAIT);
    }

    @Test
    void pageWithoutMediaPlaysEndedStream() throws Exception {
        ffmpeg.publishAtOnce(show.file(), 2, millrace.rtmp() + "/live/unseen");
        Page page = browser.newPage();
        Pattern media = Pattern.compile(".*\\.(ts|m4s|mp4)");
        page.route(media, Route::abort);
        page.navigate(millrace.http("/?stream=live/unseen").toString());
        page.waitForFunction("() => document.getElementById('state').textContent === 'Ended'", null, WAIT);
        page.unroute(media);
        page.waitForFunction("() => { const v = document.querySelector('video');"
                + " return v.duration > 75 && v.currentTime > 0 && v.currentTime < 60 }", null, WAIT);
    }

    @Test
    void flvViewerSeesThatEncoderIsAwayAndNothingTwice() throws Exception {
        Process encoder = ffmpeg.publish(show.file(), millrace.rtmp() + "/live/brief", scratch.resolve("brief.log"));
        Page page = open("/?stream=live/brief&player=flv", 1280);
        page.waitForFunction("() => document.querySelector('video').currentTime > 1", null, WAIT);
        page.waitForFunction("() => document.getElementById('timeline').ariaValueNow > 0", null, WAIT);
        double before = PlayerPage.onScreenMs(page);
        page.waitForFunction("t => document.getElementById('timeline').ariaValueNow > t + 1000", before, WAIT);
        page.evaluate("() => { window.again = 0; const v = document.querySelector('video');"
                + " v.addEventListener('emptied', () => window.again++) }");
        encoder.destroy();
        PlayerPage.waitForWords(page, "The encoder is away. The server waits for it");
        PlayerPage.waitForWords(page, "The stream has ended.");
        assertThat(page.evaluate("() => window.again")).as("times that something was loaded again").isEqualTo(0);
        assertThat(page.locator("#facts").innerText()).doesNotContain("Latency");
    }

    @Test
    void sliderEndsAreEarliestMomentAndLive() {
        Page page = open("/?stream=live/show", 1280);
        page.locator("#timeline").waitFor();
        page.locator("#timeline").press("Home");
        page.waitForFunction("() => document.getElementById('state').textContent === 'Recording'"
                + " && document.querySelector('video').currentTime > 0", null, WAIT);
        assertThat(page.url()).contains("&start=");
        assertThat(page.locator("#facts").innerText()).doesNotContain("Latency");
        page.locator("#timeline").press("End");
        page.waitForFunction("() => document.getElementById('state').textContent === 'Live'", null, WAIT);
        assertThat(page.url()).doesNotContain("&start=");
    }

    @Test
    void pictureStaysWhileServerIsUnreachable() {
        Page page = open("/?stream=live/show", 1280);
        page.waitForFunction("() => document.querySelector('video').currentTime > 1", null, WAIT);
        page.context().setOffline(true);
        PlayerPage.waitForWords(page, "The server cannot be reached.");
        page.waitForFunction("() => document.getElementById('state').textContent !== 'Live'", null, WAIT);
        assertThat((Integer) page.evaluate("() => document.querySelector('video').readyState")).isGreaterThan(1);
        double before = PlayerPage.currentTime(page);
        page.context().setOffline(false);
        page.waitForFunction("() => document.getElementById('state').textContent === 'Live'", null, WAIT);
        page.waitForFunction("t => document.querySelector('video').currentTime > t", before, WAIT);
    }

    /** A larger latency is reached by a jump; a viewer who returns to the lowest one jumps, too, or catches up. */
    @Test
    void latencyIsChosen() {
        Page page = open("/?stream=live/show&player=hls", 1280);
        String behind = "(ms, isMore) => { const time = Number(document.getElementById('timeline').ariaValueNow);"
                + " return time > 0 && (Date.now() - time > ms) === isMore }";
        page.waitForFunction("() => document.getElementById('latency').options.length === 4", null, WAIT);
        assertThat(PlayerPage.options(page, "latency")).containsExactly("Lowest", "3 s", "6 s", "12 s");
        page.waitForFunction("ms => { const bar = document.getElementById('timeline');"
                + " return bar.ariaValueMax - bar.ariaValueMin > ms }", 2 * LARGE_LATENCY_MS, WAIT);
        page.locator("#latency").selectOption("6");
        page.waitForFunction("ms => (" + behind + ")(ms, true)", LARGE_LATENCY_MS, WAIT);
        page.locator("#latency").selectOption("lowest");
        page.waitForFunction("ms => (" + behind + ")(ms, false)", LARGE_LATENCY_MS, WAIT);
        assertThat(PlayerPage.currentTime(page)).isPositive();
    }

    /** With parts of 300 ms, less than a second is buffered when the target is reached. */
    @Test
    @Tag("matrix")
    void lateViewerOfShortPartsCatchesUp() throws Exception {
        Path dir = Files.createDirectory(scratch.resolve("quick"));
        try (var _ = LoopedClip.publish(ffmpeg, dir, 10, millrace.rtmp() + "/quick/show")) {
            Page page = browser.newPage();
            page.route("**/hlsplayer.js", route -> {
                APIResponse script = route.fetch();
                route.fulfill(new Route.FulfillOptions().setResponse(script)
                        .setBody(script.text().replace("hls.loadSource(", "window.hls = hls; hls.loadSource(")));
            });
            page.navigate(millrace.http("/?stream=quick/show&player=hls").toString());
            page.waitForFunction("() => document.querySelector('video')?.currentTime > 2", null, WAIT);
            page.evaluate("() => { document.querySelector('video').currentTime -= 0.5 }");
            page.waitForFunction("() => hls.latency < hls.targetLatency + 0.15", null, WAIT);
        }
    }

    @Test
    void stalledPlayerIsReloaded() {
        Page page = open("/?stream=live/show", 1280);
        page.waitForFunction("() => document.querySelector('video').currentTime > 1", null, WAIT);
        PlayerPage.standStill(page);
        page.waitForFunction("() => window.loaded > 0 && !document.querySelector('video').paused"
                + " && document.querySelector('video').readyState > 2", null, WAIT);
    }

    /** mpegts.js fails on some streams although it supports their codecs. */
    @Test
    void switchesOutputWhenPlayerFails() {
        Page page = browser.newPage();
        page.route(Pattern.compile(".*\\.flv.*"), route -> route.fulfill(new Route.FulfillOptions()
                .setContentType("video/x-flv").setBody("This is no FLV, and long enough to be seen.".repeat(100))));
        page.navigate(millrace.http("/?stream=live/show&player=flv").toString());
        PlayerPage.waitForOutput(page, "hls");
        page.waitForFunction("() => document.querySelector('video').currentTime > 0", null, WAIT);
    }

    /**
     * The player does not report which track it fails on: audio is tried alone, then video, and then nothing is left.
     */
    @Test
    void triesEachTrackAloneWhenPlayerFails() {
        Page page = browser.newPage();
        List<String> asked = new CopyOnWriteArrayList<>();
        page.route(Pattern.compile(".*/api/v1/streams.*"), route -> {
            APIResponse response = route.fetch();
            route.fulfill(new Route.FulfillOptions().setResponse(response).setBody(response.text()
                    .replaceAll("avc1\\.\\w+", "av01.0.04M.08").replace("mp4a.40.2", "Opus")
                    .replace("\"protocol\":\"hls\"", "\"protocol\":\"other\"")));
        });
        page.route(Pattern.compile(".*\\.flv.*"), route -> {
            asked.add(route.request().url().replaceFirst("[^?]*[?]?", ""));
            route.fulfill(new Route.FulfillOptions().setContentType("video/x-flv")
                    .setBody("This is no FLV, and long enough to be seen.".repeat(100)));
        });
        page.navigate(millrace.http("/?stream=live/show").toString());
        PlayerPage.waitForWords(page, "This browser cannot play the stream. No picture: the players of this page fail");
        assertThat(List.copyOf(new LinkedHashSet<>(asked))).containsExactly("", "video=0", "audio=0");
    }

    @Test
    void embeddedPlayerPlaysInFrameOfOtherSite() {
        Page page = browser.newPage();
        page.setContent("<iframe src='" + millrace.http("/embed?stream=live/show") + "'></iframe>");
        Frame frame = page.waitForSelector("iframe").contentFrame();
        frame.waitForFunction("() => document.querySelector('video')?.currentTime > 0", null,
                new Frame.WaitForFunctionOptions().setTimeout(WAIT_MS));
    }

    @Test
    void embeddedPlayerIsAccessible() throws Exception {
        Page page = open("/embed?stream=live/show", 640);
        page.waitForFunction("() => document.querySelector('video').currentTime > 0", null, WAIT);
        assertThat(Axe.violations(page)).as("axe-core while it plays").isEmpty();
        page.navigate(millrace.http("/embed?stream=live/none").toString());
        PlayerPage.waitForWords(page, "There is no stream live/none yet.");
        assertThat(Axe.violations(page)).as("axe-core on words").isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0, 390, LIGHT", "1, 1280, LIGHT", "300, 390, DARK"})
    void listOfManyStreamsIsAccessible(int streams, int width, ColorScheme scheme) throws IOException {
        listFits(streams, width, scheme);
    }

    @Tag("matrix")
    @ParameterizedTest
    @CsvSource({"0, 1280, DARK", "12, 390, DARK", "300, 1280, DARK", "300, 390, LIGHT"})
    void listOfAnyLengthIsAccessibleInOtherColours(int streams, int width, ColorScheme scheme) throws IOException {
        listFits(streams, width, scheme);
    }

    private void listFits(int streams, int width, ColorScheme scheme) throws IOException {
        Page page = browser.newPage(new Browser.NewPageOptions().setViewportSize(width, 850).setColorScheme(scheme));
        page.route(Pattern.compile(".*/api/v1/streams\\?.*"), route -> answer(route, streams));
        page.navigate(millrace.http(streams == 0 ? "/" : "/?stream=live/show").toString());
        page.locator(streams == 0 ? "main.empty #push-title" : "#facts div >> nth=0").waitFor();
        assertThat(page.locator("#streams .card")).satisfies(cards -> assertThat(cards.count())
                .isEqualTo(Math.min(streams, 100)));
        assertThat((Integer) page.evaluate("() => document.documentElement.scrollHeight")).as("height of the page")
                .isLessThan(1500);
        assertThat((Boolean) page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")).isTrue();
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(Path.of("target", "screenshots", "page-" + streams + "-" + width + "-" + scheme + ".png")));
        assertThat(Axe.violations(page)).as("axe-core").isEmpty();
        if (width < 500 && streams > 0) {
            assertThat(page.locator("#search").isVisible()).as("the closed drawer").isFalse();
            page.locator("#drawer").click();
            page.locator("#search").waitFor();
            assertThat(Axe.violations(page)).as("axe-core on the drawer").isEmpty();
        }
        // A closed page cannot answer the requests that it sent last, whose handlers would fail in the next test.
        page.unrouteAll();
    }

    @Test
    void liveStreamsAreListedFirstAndSearchable() throws Exception {
        Page page = open("/", 1280);
        page.waitForFunction("() => document.querySelector('#streams .card')?.dataset.name === 'live/show'", null,
                WAIT);
        assertThat(page.locator("#ended").getAttribute("open")).as("folded away").isNull();
        page.locator("#search").fill("no such stream");
        page.locator("#none-live").waitFor();
        page.locator("#search").fill("SHO");
        page.locator("#streams [data-name='live/show']").waitFor();
    }

    private Page open(String path, int width) {
        Page page = browser.newPage(new Browser.NewPageOptions().setViewportSize(width, 850));
        page.navigate(millrace.http(path).toString());
        return page;
    }

    /** Returns a list of this many live streams, all like live/show. */
    private void answer(Route route, int streams) {
        if (streams == 0 || route.request().url().contains("state=ended")) {
            route.fulfill(new Route.FulfillOptions().setContentType("application/json")
                    .setBody("{\"streams\":[],\"next\":null}"));
            return;
        }
        String one = route.request().frame().page().request().get(millrace.http("/api/v1/streams/live/show").toString())
                .text();
        String list = IntStream.range(0, Math.min(streams, 100))
                .mapToObj(i -> i == 0 ? one : one.replace("live/show", "zoo/camera-" + i))
                .collect(Collectors.joining(","));
        route.fulfill(new Route.FulfillOptions().setContentType("application/json").setBody("{\"streams\":[" + list
                + "],\"next\":" + (streams > 100 ? "\"zoo/camera-99\"" : "null") + "}"));
    }
}
