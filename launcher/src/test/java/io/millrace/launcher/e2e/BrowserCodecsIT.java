package io.millrace.launcher.e2e;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The page in a real browser plays live CMAF of codecs that FFmpeg 8 publishes, and says which it cannot play. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith({SharedMillrace.class, SharedBrowser.class})
@Tag("matrix")
class BrowserCodecsIT {
    private static final int CLIP_SECONDS = 20;
    private static final int GOP_FRAMES = 30;
    private static final double PLAYED_SECONDS = 10;
    private static final Page.WaitForFunctionOptions WAIT = PlayerPage.WAIT;

    private Ffmpeg8 ffmpeg;
    private Deployment millrace;
    private Browser browser;

    @BeforeAll
    void start(Deployment shared, Browser sharedBrowser) throws Exception {
        ffmpeg = new Ffmpeg8(Path.of("target", "javacpp").toAbsolutePath());
        millrace = shared;
        browser = sharedBrowser;
    }

    /** @param picture whether the browser decodes the picture */
    @ParameterizedTest
    @CsvSource({"avc-aac, libx264 -preset ultrafast, aac, true", "av1-opus, libaom-av1 -cpu-used 8 -usage realtime,"
            + " libopus, true",
        "vp9-flac, libvpx-vp9 -deadline realtime -cpu-used 8, flac, true",
        "hevc-aac, libx265 -preset ultrafast -x265-params log-level=none:bframes=2, aac, false"})
    void playsOrSaysWhatIsMissing(String name, String video, String audio, boolean picture, @TempDir Path dir)
            throws Exception {
        Path clip = dir.resolve("clip.flv");
        List<String> encoding = new ArrayList<>(List.of("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=15", "-f",
                "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-c:v"));
        encoding.addAll(List.of(video.split(" ")));
        encoding.addAll(List.of("-c:a", audio, "-t", String.valueOf(CLIP_SECONDS), "-g", String.valueOf(GOP_FRAMES),
                "-pix_fmt", "yuv420p", "-ac", "2"));
        ffmpeg.make(clip, encoding);
        String stream = "live/" + name;
        Process publisher = ffmpeg.publishAndWrite(clip, millrace.rtmp() + "/" + stream, dir.resolve("same.flv"),
                dir.resolve("log"));
        try {
            Page page = browser.newPage();
            List<String> segments = new ArrayList<>();
            page.onRequest(request -> segments.add(request.url().replaceFirst(".*[.]", "")));
            page.addInitScript("window.seeks = 0; document.addEventListener('seeking', () => window.seeks++, true)");
            page.navigate(millrace.http("/?stream=" + stream).toString());
            page.waitForFunction("() => { const v = document.querySelector('video'); window.start = v.currentTime;"
                    + " return v.currentTime > 0 && v.webkitAudioDecodedByteCount > 0 }", null, WAIT);
            page.waitForFunction("seconds => document.querySelector('video').currentTime > window.start + seconds",
                    PLAYED_SECONDS, WAIT);
            assertThat(page.evaluate("() => document.querySelector('video').videoWidth")).isEqualTo(picture ? 320 : 0);
            // The first seek is to the start; a player that has fallen behind jumps, which leaves a gap. It fetches ahead of
            // the jump, so the gap comes first.
            page.waitForFunction("() => document.querySelector('video').buffered.length <= Math.max(1, window.seeks)",
                    null, WAIT);
            assertThat(segments).contains("m4s").doesNotContain("ts", "flv");
            assertThat(page.locator("#lacks").textContent()).isEqualTo(picture
                    ? ""
                    : "No picture: this browser cannot decode HEVC. Open " + millrace.http("/" + stream + ".m3u8")
                            + " in VLC or Safari.");
            assertThat(page.locator("#quality").isVisible() || page.locator("#audio").isVisible())
                    .as("menus without a choice").isFalse();
        } finally {
            publisher.destroy();
            publisher.waitFor();
        }
    }
}
