package io.millrace.launcher.e2e;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.BoundingBox;
import io.millrace.launcher.RequiredTool;
import io.millrace.launcher.e2e.Deployment.Layout;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** In a real browser the page shows the stream, by either player. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrowserIT {
    private static final double PLAYED_SECONDS = 4;
    /** Enough behind the present that nobody confuses the two. */
    private static final double PAST_MS = 20_000;
    private static final double WAIT_MS = 180_000;
    private static final Page.WaitForFunctionOptions WAIT = new Page.WaitForFunctionOptions().setTimeout(WAIT_MS);

    private Deployment millrace;
    private Process publisher;
    private Playwright playwright;
    private Browser browser;

    @BeforeAll
    void publishAStream(@TempDir Path dir) throws IOException, InterruptedException {
        Path chromium = RequiredTool.find("chromium");
        Ffmpeg ffmpeg = new Ffmpeg();
        Path clip = dir.resolve("clip.flv");
        ffmpeg.makeClip(clip, 90, 60);
        millrace = Deployment.start(Layout.ONE_PROCESS, dir);
        publisher = ffmpeg.publish(clip, millrace.rtmp() + "/live/show", dir.resolve("publish.log"));
        playwright = Playwright
                .create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright.chromium().launch(new BrowserType.LaunchOptions().setExecutablePath(chromium)
                .setArgs(List.of("--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--disable-gpu",
                        "--disable-quic", "--no-first-run", "--disable-background-networking",
                        "--disable-component-update", "--disable-sync", "--mute-audio")));
    }

    @AfterAll
    void end() throws InterruptedException {
        if (browser != null) {
            browser.close();
            playwright.close();
        }
        if (publisher != null) {
            publisher.destroy();
            publisher.waitFor();
        }
        if (millrace != null) {
            millrace.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hls", "flv", "ws"})
    void pagePlaysTheStream(String player) throws IOException {
        Page page = browser.newPage();
        page.navigate(millrace.http("/?stream=live/show&player=" + player).toString());
        Locator video = page.locator("video");
        page.waitForFunction("() => document.querySelector('video')?.currentTime > 0", null,
                new Page.WaitForFunctionOptions().setTimeout(WAIT_MS));
        double started = currentTime(page);
        BufferedImage before = picture(video, player + "-1");
        page.waitForFunction("t => document.querySelector('video').currentTime > t", started + PLAYED_SECONDS,
                new Page.WaitForFunctionOptions().setTimeout(WAIT_MS));
        BufferedImage after = picture(video, player + "-2");
        assertThat(colours(before)).as("colours of the test picture").hasSizeGreaterThan(8);
        assertThat(colours(after)).as("colours of the test picture").hasSizeGreaterThan(8);
        assertThat(differingPixels(before, after)).as("pixels that moved").isGreaterThan(200);
        page.close();
    }

    /** A click on the timeline, a seek by the player's own means in what came since, and back to the present. */
    @Test
    void pagePlaysFromAClickOnTheTimelineAndReturnsToLive() throws IOException {
        Page page = browser.newPage();
        page.navigate(millrace.http("/?stream=live/show").toString());
        page.waitForFunction("ms => { const bar = document.getElementById('timeline');"
                + " return !bar.hidden && bar.ariaValueMax - bar.ariaValueMin > ms && bar.ariaValueNow > 0 }", PAST_MS,
                WAIT);
        double present = onScreenMs(page);
        BoundingBox bar = page.locator("#timeline").boundingBox();
        page.mouse().click(bar.x + bar.width / 10, bar.y + bar.height / 2);
        page.waitForURL(url -> url.contains("&start="), new Page.WaitForURLOptions().setTimeout(WAIT_MS));
        double asked = Instant.parse(page.url().replaceAll(".*&start=", "")).toEpochMilli();
        assertThat(asked).as("the moment under the click").isLessThan(present - PAST_MS / 2);

        // From the keyframe at or before it, a segment back at most.
        page.waitForFunction("asked => Math.abs(document.getElementById('timeline').ariaValueNow - asked) < 3000",
                asked, WAIT);
        picture(page.locator("video"), "past");
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", "timeline.png")));
        page.waitForFunction("asked => document.getElementById('timeline').ariaValueNow - asked > 3000", asked, WAIT);

        double before = onScreenMs(page);
        page.evaluate("() => { document.querySelector('video').currentTime += 6 }");
        page.waitForFunction("before => document.getElementById('timeline').ariaValueNow - before > 5500", before,
                WAIT);

        page.locator("#live").click();
        page.waitForFunction("present => document.getElementById('timeline').ariaValueNow > present", present, WAIT);
        assertThat(page.url()).doesNotContain("start=");
        page.close();
    }

    private static double onScreenMs(Page page) {
        return Double.parseDouble(page.locator("#timeline").getAttribute("aria-valuenow"));
    }

    private static double currentTime(Page page) {
        return ((Number) page.evaluate("document.querySelector('video').currentTime")).doubleValue();
    }

    private static BufferedImage picture(Locator video, String name) throws IOException {
        byte[] png = video.screenshot();
        Files.write(Files.createDirectories(Path.of("target", "screenshots")).resolve(name + ".png"), png);
        return ImageIO.read(new ByteArrayInputStream(png));
    }

    /** Distinct colours of a coarse grid, at four bits a channel: a black or grey picture has one or two. */
    private static Set<Integer> colours(BufferedImage image) {
        Set<Integer> colours = new HashSet<>();
        for (int y = 0; y < image.getHeight(); y += 8) {
            for (int x = 0; x < image.getWidth(); x += 8) {
                colours.add(image.getRGB(x, y) & 0xF0F0F0);
            }
        }
        return colours;
    }

    private static int differingPixels(BufferedImage a, BufferedImage b) {
        int differing = 0;
        for (int y = 0; y < Math.min(a.getHeight(), b.getHeight()); y++) {
            for (int x = 0; x < Math.min(a.getWidth(), b.getWidth()); x++) {
                if ((a.getRGB(x, y) & 0xE0E0E0) != (b.getRGB(x, y) & 0xE0E0E0)) {
                    differing++;
                }
            }
        }
        return differing;
    }
}
