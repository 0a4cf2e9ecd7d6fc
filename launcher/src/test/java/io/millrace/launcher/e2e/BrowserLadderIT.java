package io.millrace.launcher.e2e;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.SelectOption;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The page plays a live ladder of three video and two audio tracks, which FFmpeg 8 sends as multitrack. */
@Tag("matrix")
@ExtendWith({SharedMillrace.class, SharedBrowser.class})
class BrowserLadderIT {
    private static final int CLIP_SECONDS = 30;
    private static final Page.WaitForFunctionOptions WAIT = PlayerPage.WAIT;

    @Test
    void switchesQualityAndAudioOfEncodersLadder(Deployment millrace, Browser browser, @TempDir Path dir)
            throws Exception {
        Ffmpeg8 ffmpeg = new Ffmpeg8(Path.of("target", "javacpp").toAbsolutePath());
        Path clip = dir.resolve("clip.flv");
        ffmpeg.make(clip, List.of("-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30", "-f", "lavfi", "-i",
                "sine=frequency=440:sample_rate=48000", "-f", "lavfi", "-i", "sine=frequency=880:sample_rate=48000",
                "-filter_complex", "[0:v]split=3[a][b][c];[b]scale=320:180[b1];[c]scale=160:90[c1]", "-map", "[a]",
                "-map", "[b1]", "-map", "[c1]", "-map", "1:a", "-map", "2:a", "-b:v:0", "1500k", "-b:v:1", "500k",
                "-b:v:2", "150k", "-c:v", "libx264", "-preset", "ultrafast", "-sc_threshold", "0", "-c:a", "aac", "-g",
                "60", "-keyint_min", "60", "-pix_fmt", "yuv420p", "-ac", "2", "-t", String.valueOf(CLIP_SECONDS)));
        Process publisher = ffmpeg.publishAndWrite(clip, millrace.rtmp() + "/live/ladder", dir.resolve("same.flv"),
                dir.resolve("publish.log"));
        try {
            Page page = browser.newPage();
            page.navigate(millrace.http("/?stream=live/ladder").toString());
            page.waitForFunction("() => document.querySelector('video').currentTime > 1", null, WAIT);
            assertThat(PlayerPage.options(page, "quality")).hasSize(4);
            assertThat(PlayerPage.options(page, "audio")).hasSize(2);
            switchBoth(page);
        } finally {
            publisher.destroy();
            publisher.waitFor();
        }
    }

    private static void switchBoth(Page page) {
        PlayerPage.watchForReloads(page);
        for (int height : new int[]{90, 360, 180}) {
            page.locator("#quality").selectOption(PlayerPage.option(page, "quality", height + "p"));
            page.waitForFunction("height => document.querySelector('video').videoHeight === height", height, WAIT);
        }
        assertThat(PlayerPage.stops(page)).as("times that the picture was loaded again or went back").isZero();
        PlayerPage.waitForPitch(page, 440);
        page.locator("#audio").selectOption(new SelectOption().setIndex(1));
        PlayerPage.waitForPitch(page, 880);
        PlayerPage.waitForOneRange(page);
    }
}
