package io.millrace.launcher.e2e;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import io.millrace.launcher.CommandCall;
import io.millrace.launcher.e2e.Deployment.Layout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The page over HTTPS, on a server that everybody may reach and only viewers with a token may watch. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(SharedBrowser.class)
class SecurePageIT {
    private static final Path TLS = Path.of("..", "edge", "src", "test", "resources", "tls").toAbsolutePath();
    private static final String SECRET = "a secret of viewers";

    private final Ffmpeg ffmpeg = new Ffmpeg();
    private Path dir;
    private Path secret;
    private Browser browser;
    @AutoClose
    private Deployment millrace;
    @AutoClose
    private LoopedClip show;

    @BeforeAll
    void publishStream(Browser shared, @TempDir Path scratch) throws IOException, InterruptedException {
        dir = scratch;
        browser = shared;
        secret = Files.writeString(dir.resolve("secret"), SECRET + "\n");
        millrace = Deployment.start(Layout.ONE_PROCESS, dir, "--play-secret", secret.toString(), "--tls-cert",
                TLS.resolve("one.crt").toString(), "--tls-key", TLS.resolve("one.key").toString());
        show = LoopedClip.publish(ffmpeg, dir, 20, millrace.rtmp() + "/live/show");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hls", "flv", "ws"})
    void linkWithTokenPlays(String player) throws Exception {
        String signed = CommandCall.run(0, "sign", "live/show", "--play-secret", secret.toString(), "--expires", "1h")
                .out().strip();
        assertThat(signed).startsWith("live/show?token=");
        Page page = open("/?player=" + player + "&stream=" + signed.replace('?', '&'));
        page.waitForFunction("() => document.querySelector('video').currentTime > 2", null, PlayerPage.WAIT);
        assertThat(page.locator("#state").textContent()).isEqualTo("Live");
        assertThat(protocols(page)).isNotEmpty().allMatch("h2"::equals);
    }

    /** Protocols (RFC 7301) of the responses with media, except those that have not ended. */
    private static List<?> protocols(Page page) {
        return (List<?>) page.evaluate("() => performance.getEntriesByType('resource')"
                + ".filter(e => e.nextHopProtocol !== '').map(e => e.nextHopProtocol)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"'' | This stream is not public", "&token=x | This link is not valid",
        "&token=EXPIRED | This link has expired"})
    void pageSaysWhatIsWrongWithLink(String credentials, String words) throws Exception {
        for (String path : List.of("/?stream=live/show", "/embed?stream=live/show")) {
            Page page = open(path + credentials.replace("EXPIRED", expired()));
            PlayerPage.waitForWords(page, words);
        }
    }

    @Test
    void pageWithoutStreamSaysThatListIsNotPublic() {
        Page page = open("/");
        page.waitForFunction("() => document.getElementById('summary').textContent"
                + ".startsWith('The list of streams is not public')", null, PlayerPage.WAIT);
    }

    /** As docs/access.md describes tokens. */
    private static String expired() throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        byte[] sign = mac.doFinal("play:live/show:1000000000:s".getBytes(StandardCharsets.UTF_8));
        return "1000000000-s-" + HexFormat.of().formatHex(sign);
    }

    private Page open(String path) {
        Page page = browser.newPage(new Browser.NewPageOptions().setIgnoreHTTPSErrors(true));
        page.navigate(millrace.http(path).toString().replace("http:", "https:"));
        return page;
    }
}
