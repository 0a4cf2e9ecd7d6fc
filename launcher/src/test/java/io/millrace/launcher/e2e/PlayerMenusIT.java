package io.millrace.launcher.e2e;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.SelectOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

/**
 * What the page offers and says of CMAF streams that FFmpeg made: a ladder with two audio tracks, and codecs that
 * browsers decode only in part.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(SharedBrowser.class)
class PlayerMenusIT {
    private static final String LADDER = "ladder/show";
    private static final String[] LADDER_TRACKS = {"video0 avc1.42c01e", "video1 avc1.42c00d", "video2 avc1.42c00c",
        "audio0 mp4a.40.2 en", "audio1 mp4a.40.2 de Commentary"};
    private static final int CLIP_SECONDS = 60;
    private static final int FPS = 10;
    /** Segments of two seconds. */
    private static final int GOP_FRAMES = 2 * FPS;
    private static final Page.WaitForFunctionOptions WAIT = PlayerPage.WAIT;

    private final Ffmpeg ffmpeg = new Ffmpeg();
    private Path media;
    private Browser browser;
    @AutoClose
    private PageHost host;

    @BeforeAll
    void start(Browser shared, @TempDir Path dir) throws Exception {
        browser = shared;
        media = dir;
        host = new PageHost(dir);
        ladder();
    }

    @Test
    void qualitySwitchesWithoutStall() {
        Page page = open("/?stream=" + LADDER, 1280, ColorScheme.LIGHT);
        assertThat(PlayerPage.options(page, "quality")).hasSize(4).first().asString().startsWith("Auto");
        assertThat(PlayerPage.options(page, "quality").subList(1, 4)).allSatisfy(text -> assertThat(text)
                .matches("\\d+p · (\\d+ kbit/s|\\d\\.\\d Mbit/s)"));
        PlayerPage.watchForStops(page);
        for (int height : new int[]{90, 360, 180}) {
            double before = PlayerPage.currentTime(page);
            page.locator("#quality").selectOption(PlayerPage.option(page, "quality", height + "p"));
            page.waitForFunction("height => document.querySelector('video').videoHeight === height", height, WAIT);
            assertThat(PlayerPage.currentTime(page)).isGreaterThan(before);
        }
        page.locator("#quality").selectOption("auto");
        page.waitForFunction("() => document.getElementById('quality').selectedOptions[0].text.startsWith('Auto (')",
                null, WAIT);
        assertThat(PlayerPage.stops(page)).as("times that the picture stopped or went back").isZero();
        PlayerPage.waitForOneRange(page);
    }

    @Test
    void audioSwitchesAndStays() {
        Page page = open("/?stream=" + LADDER, 1280, ColorScheme.DARK);
        assertThat(PlayerPage.options(page, "audio")).containsExactly("English", "Commentary (German)");
        PlayerPage.waitForPitch(page, 440);
        page.locator("#audio").selectOption(new SelectOption().setLabel("Commentary (German)"));
        PlayerPage.waitForPitch(page, 880);
        PlayerPage.waitForOneRange(page);

        page.locator("#quality").selectOption(PlayerPage.option(page, "quality", "90p"));
        page.waitForFunction("() => document.querySelector('video').videoHeight === 90", null, WAIT);
        PlayerPage.waitForPitch(page, 880);
    }

    /** A player that stands still is loaded again. */
    @Test
    void choicesStayWhenStreamIsLoadedAgain() {
        Page page = open("/?stream=" + LADDER, 1280, ColorScheme.LIGHT);
        page.locator("#audio").selectOption(new SelectOption().setLabel("Commentary (German)"));
        page.locator("#quality").selectOption(PlayerPage.option(page, "quality", "90p"));
        page.waitForFunction("() => document.querySelector('video').videoHeight === 90", null, WAIT);
        page.locator("#quality").focus();
        page.evaluate("() => { const v = document.querySelector('video'); window.heights = new Set();"
                + " v.addEventListener('resize', () => window.heights.add(v.videoHeight)) }");
        PlayerPage.standStill(page);
        page.waitForFunction("() => window.loaded > 0 && document.querySelector('video').currentTime > 0"
                + " && !document.querySelector('video').paused && document.querySelector('video').readyState > 2", null,
                WAIT);
        PlayerPage.waitForPitch(page, 880);
        assertThat(page.evaluate("() => [...window.heights].filter(height => height > 0)")).isEqualTo(List.of(90));
        assertThat(page.evaluate("() => document.activeElement.id")).isEqualTo("quality");
        assertThat(page.evaluate("() => document.activeElement.selectedOptions[0].text")).asString().startsWith("90p");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/?stream=", "/embed?stream="})
    void menusAreUsedByKeyboard(String path) {
        Page page = open(path + LADDER, 700, ColorScheme.DARK);
        page.locator("#quality").focus();
        page.keyboard().press("End");
        page.waitForFunction("() => document.querySelector('video').videoHeight === 90", null, WAIT);
        page.keyboard().press("Tab");
        assertThat(page.evaluate("() => document.activeElement.id")).isEqualTo("audio");
        page.keyboard().press("ArrowDown");
        page.waitForFunction("() => document.getElementById('audio').selectedOptions[0].text.startsWith('Commentary')",
                null, WAIT);
        assertThat(page.getByLabel("Quality").inputValue()).isNotEqualTo("auto");
        assertThat(page.getByLabel("Audio").isVisible()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"/?stream=, 1280, LIGHT", "/?stream=, 390, DARK", "/embed?stream=, 640, DARK"})
    void menusAreAccessible(String path, int width, ColorScheme scheme) throws IOException {
        menusFit(path, width, scheme);
    }

    @Tag("matrix")
    @ParameterizedTest
    @CsvSource({"/?stream=, 1280, DARK", "/?stream=, 390, LIGHT", "/embed?stream=, 320, LIGHT"})
    void menusAreAccessibleInOtherColours(String path, int width, ColorScheme scheme) throws IOException {
        menusFit(path, width, scheme);
    }

    private void menusFit(String path, int width, ColorScheme scheme) throws IOException {
        Page page = open(path + LADDER, width, scheme);
        page.locator("#quality").waitFor();
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots",
                (path.startsWith("/e") ? "menus-embed-" : "menus-") + width + "-" + scheme + ".png")));
        assertThat(Axe.violations(page)).as("axe-core").isEmpty();
        assertThat((Boolean) page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")).isTrue();
    }

    /** Codecs that Chromium decodes in MP4, one track of each kind: there is nothing to choose. */
    @ParameterizedTest
    @CsvSource("vp9-opus, libvpx-vp9 -deadline realtime, libopus, vp09.00.11.08, Opus")
    void playsCodecsWithoutMenus(String name, String video, String audio, String videoCodec, String audioCodec)
            throws Exception {
        playsWithoutMenus(name, video, audio, videoCodec, audioCodec);
    }

    @Tag("matrix")
    @ParameterizedTest
    @CsvSource("av1-flac, libaom-av1 -cpu-used 8, flac, av01.0.00M.08, fLaC")
    void playsFurtherCodecsWithoutMenus(String name, String video, String audio, String videoCodec, String audioCodec)
            throws Exception {
        playsWithoutMenus(name, video, audio, videoCodec, audioCodec);
    }

    private void playsWithoutMenus(String name, String video, String audio, String videoCodec, String audioCodec)
            throws Exception {
        make(name, List.of(("-c:v " + video + " -c:a " + audio + " -strict -2").split(" ")), videoCodec, audioCodec);
        Page page = open("/?stream=" + name + "/show", 1280, ColorScheme.LIGHT);
        page.waitForFunction("() => { const v = document.querySelector('video');"
                + " return v.currentTime > 1 && v.videoWidth > 0 && v.webkitAudioDecodedByteCount > 1000 }", null,
                WAIT);
        assertThat(page.locator("#lacks").textContent()).isEmpty();
        assertThat(page.locator("#quality").isVisible()).isFalse();
        assertThat(page.locator("#audio").isVisible()).isFalse();
        PlayerPage.waitForOutput(page, "hls");
    }

    /** hls.js plays nothing of a variant of which the browser decodes a part. */
    @Test
    void playsSoundOfUndecodablePicture() throws Exception {
        make("hevc", List.of("-c:v", "libx265", "-x265-params", "log-level=none", "-preset", "ultrafast", "-tag:v",
                "hvc1", "-c:a", "aac"), "hvc1.1.6.L60.90", "mp4a.40.2");
        Page page = open("/?stream=hevc/show", 1280, ColorScheme.LIGHT);
        page.waitForFunction("() => { const v = document.querySelector('video');"
                + " return v.currentTime > 1 && v.webkitAudioDecodedByteCount > 1000 }", null, WAIT);
        assertThat(page.locator("#lacks").textContent()).isEqualTo("No picture: this browser cannot decode HEVC. Open "
                + host.url("/hevc/show.m3u8") + " in VLC or Safari.");
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", "no-picture.png")));
        PlayerPage.waitForOutput(page, "hls");
        page.navigate(host.url("/embed?stream=hevc/show"));
        page.waitForFunction("() => document.getElementById('lacks').textContent.startsWith('No picture: ')", null,
                WAIT);
        assertThat(Axe.violations(page)).as("axe-core").isEmpty();
    }

    @Test
    void playsPictureOfUndecodableSound() throws Exception {
        make("ac3", List.of("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "ac3"), "avc1.42c00c", "ac-3");
        Page page = open("/?stream=ac3/show", 1280, ColorScheme.LIGHT);
        page.waitForFunction("() => { const v = document.querySelector('video');"
                + " return v.currentTime > 1 && v.videoWidth > 0 }", null, WAIT);
        assertThat(page.locator("#lacks").textContent()).isEqualTo("No sound: this browser cannot decode AC-3. Open "
                + host.url("/ac3/show.m3u8") + " in VLC or Safari.");
    }

    /** As the server describes streams; whether their media can be loaded does not matter here. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "avc1.42c01e | mp4a.40.2  | hls cmaf video0 audio0; hls ts video0 audio0 | hls | hls |",
        "avc1.42c01e | mp4a.40.34 | hls ts video0 audio0 | hls | hls |",
        "avc1.42c01e | mp4a.40.34 | hls cmaf video0 audio0; hls ts video0 audio0 | hls | ts |",
        "avc1.42c01e | Opus       | hls ts video0 | flv | flv |",
        "avc1.42c01e | fLaC       | hls ts video0 | hls | hls | No sound: HLS does not carry FLAC."
                + " Players such as ffplay take it by HTTP-FLV.",
        "avc1.42c01e | mp4a.40.2  | flv flv video0 audio0 | flv | flv |"})
    void choosesOutputWithMostTracks(String video, String audio, String outputs, String button, String output,
            String lacks) {
        host.add("table/show", outputs.split("; *"), "video0 " + video, "audio0 " + audio);
        Page page = browser.newPage();
        List<String> asked = new ArrayList<>();
        page.onRequest(request -> asked.add(request.url()));
        page.navigate(host.url("/?stream=table/show"));
        PlayerPage.waitForOutput(page, button);
        assertThat(page.locator("#lacks").textContent()).isEqualTo(lacks == null ? "" : lacks);
        String suffix = output.equals("ts")
                ? "/table/show@ts.m3u8"
                : output.equals("hls") ? "/table/show.m3u8" : "/table/show.flv";
        page.waitForCondition(() -> asked.stream().anyMatch(url -> url.startsWith(host.url(suffix))));
    }

    @Test
    void saysWhereElseStreamPlays() throws IOException {
        host.add("none/show", new String[]{"hls cmaf video0 audio0"}, "video0 hvc1.1.6.L93.B0", "audio0 ec-3");
        Page page = browser.newPage(new Browser.NewPageOptions().setViewportSize(390, 844));
        page.navigate(host.url("/?stream=none/show"));
        PlayerPage.waitForWords(page,
                "This browser cannot play the stream. No picture: this browser cannot decode HEVC."
                        + " No sound: this browser cannot decode E-AC-3. Open " + host.url("/none/show.m3u8")
                        + " in VLC or Safari.");
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", "nothing-plays.png")));
        assertThat(Axe.violations(page)).as("axe-core").isEmpty();
    }

    private Page open(String path, int width, ColorScheme scheme) {
        Page page = browser.newPage(new Browser.NewPageOptions().setViewportSize(width, width == 320 ? 180 : 850)
                .setColorScheme(scheme));
        page.navigate(host.url(path));
        page.waitForFunction("() => document.querySelector('video').currentTime > 0", null, WAIT);
        return page;
    }

    private void ladder() throws IOException, InterruptedException {
        Path dir = Files.createDirectories(media.resolve("ladder"));
        ffmpeg.makeHls(dir, List.of("-f", "lavfi", "-i", "testsrc2=size=640x360:rate=" + FPS, "-f", "lavfi", "-i",
                "sine=frequency=440:sample_rate=48000", "-f", "lavfi", "-i", "sine=frequency=880:sample_rate=48000",
                "-filter_complex", "[0:v]split=3[a][b][c];[b]scale=320:180[b1];[c]scale=160:90[c1]", "-map", "[a]",
                "-map", "[b1]", "-map", "[c1]", "-map", "1:a", "-map", "2:a", "-b:v:0", "1500k", "-b:v:1", "500k",
                "-b:v:2", "150k", "-c:v", "libx264", "-preset", "ultrafast", "-sc_threshold", "0", "-c:a", "aac"),
                CLIP_SECONDS, GOP_FRAMES, "a:0,agroup:aac,language:en,default:yes a:1,agroup:aac,language:de"
                        + " v:0,agroup:aac v:1,agroup:aac v:2,agroup:aac");
        Path playlist = dir.resolve("show.m3u8");
        Files.writeString(playlist, Files.readString(playlist).replace("NAME=\"audio_0\"", "NAME=\"en\"")
                .replace("NAME=\"audio_1\"", "NAME=\"Commentary\""));
        host.add(LADDER, new String[]{"hls cmaf video0 video1 video2 audio0 audio1", "hls ts video0 audio0",
            "flv flv video0 audio0"}, LADDER_TRACKS);
    }

    /** Makes a stream with one track of each kind. */
    private void make(String name, List<String> codecs, String video, String audio)
            throws IOException, InterruptedException {
        Path dir = Files.createDirectories(media.resolve(name));
        List<String> arguments = new ArrayList<>(List.of("-f", "lavfi", "-i", "testsrc2=size=160x90:rate=" + FPS, "-f",
                "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-map", "0", "-map", "1"));
        arguments.addAll(codecs);
        ffmpeg.makeHls(dir, arguments, 6, GOP_FRAMES, "a:0,agroup:sound v:0,agroup:sound");
        // FFmpeg writes no CODECS, or wrong ones, for some of them.
        Path playlist = dir.resolve("show.m3u8");
        Files.writeString(playlist, Files.readString(playlist).replaceAll(",CODECS=\"[^\"]*\"", "")
                .replace(",AUDIO=", ",CODECS=\"" + video + "," + audio + "\",AUDIO="));
        host.add(name + "/show", new String[]{"hls cmaf video0 audio0"}, "video0 " + video, "audio0 " + audio);
    }
}
