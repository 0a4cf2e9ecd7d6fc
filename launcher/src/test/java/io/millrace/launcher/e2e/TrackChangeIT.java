package io.millrace.launcher.e2e;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The page in a real browser while an encoder's tracks change. What its video element has decoded is the judge. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith({SharedMillrace.class, SharedBrowser.class})
class TrackChangeIT {
    /** Bytes of sound that are decoded in about a second. */
    private static final int SOUND_BYTES = 8_000;

    private final Ffmpeg ffmpeg = new Ffmpeg();
    private Path scratch;
    private Deployment millrace;
    private Browser browser;

    @BeforeAll
    void start(Deployment shared, Browser sharedBrowser, @TempDir Path dir) {
        scratch = dir;
        millrace = shared;
        browser = sharedBrowser;
    }

    /** Returns a clip of 20 s with segments of two seconds, and makes it if it does not exist yet. */
    private Path clip(String name) throws IOException, InterruptedException {
        Path clip = scratch.resolve(name + ".flv");
        if (Files.notExists(clip)) {
            String[] sound = switch (name) {
                case "both" -> new String[0];
                case "silent" -> new String[]{"-an"};
                case "mp3" -> new String[]{"-c:a", "libmp3lame", "-ar", "44100"};
                default -> throw new IllegalArgumentException(name);
            };
            ffmpeg.makeClip(clip, 20, 30,
                    Stream.concat(Stream.of("-r", "15"), Stream.of(sound)).toArray(String[]::new));
        }
        return clip;
    }

    @ParameterizedTest
    @CsvSource("hls, both, silent")
    void pagePlaysOnWhenEncoderReturnsWithOtherTracks(String player, String first, String second) throws Exception {
        returns(player, first, second);
    }

    @Tag("matrix")
    @ParameterizedTest
    @CsvSource({"hls, silent, both", "hls, both, mp3", "flv, silent, both", "flv, both, silent", "flv, both, mp3"})
    void pagePlaysOnWhateverTracksAreOther(String player, String first, String second) throws Exception {
        returns(player, first, second);
    }

    private void returns(String player, String first, String second) throws Exception {
        String stream = "patient/" + player + "-" + first + "-" + second;
        Process encoder = publishForEver(first, stream);
        Page page = open(stream, player, !first.equals("silent"));
        try {
            encoder.destroy();
            encoder.waitFor();
            encoder = publishForEver(second, stream);
            playsOn(page, stream, !second.equals("silent"));
        } finally {
            encoder.destroy();
            encoder.waitFor();
        }
    }

    @Test
    void pagePlaysOnWhenSoundEndsInMidSession() throws Exception {
        soundEnds("hls");
    }

    @Tag("matrix")
    @Test
    void pageOfFlvPlaysOnWhenSoundEndsInMidSession() throws Exception {
        soundEnds("flv");
    }

    private void soundEnds(String player) throws Exception {
        String stream = "patient/muted-" + player;
        try (var encoder = new MutableEncoder(ffmpeg, clip("both"), millrace.rtmp() + "/" + stream,
                scratch.resolve("muted-" + player + ".log")); Page page = open(stream, player, true)) {
            encoder.mute();
            playsOn(page, stream, false);
            assertThat(encoder.isAlive()).as("the encoder is not disconnected").isTrue();
        }
    }

    private Process publishForEver(String clip, String stream) throws IOException, InterruptedException {
        return ffmpeg.publishForEver(clip(clip), millrace.rtmp() + "/" + stream,
                scratch.resolve(stream.replace('/', '-') + "-" + clip + ".log"));
    }

    /** Opens the page, and returns when it plays. It counts from then on how often the player loads something else. */
    private Page open(String stream, String player, boolean hasSound) {
        Page page = browser.newPage();
        page.navigate(millrace.http("/?stream=" + stream + "&player=" + player).toString());
        plays(page, 0, hasSound);
        page.evaluate("() => { window.loads = 0;"
                + " document.querySelector('video').addEventListener('emptied', () => window.loads++) }");
        return page;
    }

    private void playsOn(Page page, String stream, boolean hasSound) {
        plays(page, 1, hasSound);
        assertThat(page.request().get(millrace.http("/api/v1/streams/" + stream).toString()).text())
                .contains("track_set_changed");
    }

    /** Waits for pictures that move, and for sound or its absence, after this many loads at least. */
    private static void plays(Page page, int loads, boolean hasSound) {
        page.waitForFunction("([loads, hasSound, bytes]) => { const v = document.querySelector('video');"
                + " if (!v || (window.loads ?? 0) < loads || v.readyState < 3 || v.videoWidth === 0) return false;"
                + " if ((v.webkitAudioDecodedByteCount > (hasSound ? bytes : 0)) !== hasSound) return false;"
                + " window.since ??= v.currentTime;"
                + " if (v.currentTime - window.since < 0) window.since = v.currentTime;"
                + " return v.currentTime - window.since > 2 }",
                List.of(loads, hasSound, SOUND_BYTES), PlayerPage.WAIT);
        page.evaluate("() => { delete window.since }");
    }
}
