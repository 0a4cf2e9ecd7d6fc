package io.millrace.launcher.e2e;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/** The console in a real browser, on the admin port of a real node with a real encoder. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith({SharedMillrace.class, SharedBrowser.class})
class ConsoleIT {
    private static final Page.WaitForFunctionOptions WAIT = PlayerPage.WAIT;
    /** The poster is drawn and not hidden, and every plot has some points. */
    private static final String COMPLETE = "() => !document.getElementById('poster').hidden"
            + " && [...document.querySelectorAll('.plot svg')].filter(svg => svg.dataset.points >= 2).length === 4";

    private final Ffmpeg ffmpeg = new Ffmpeg();
    private final List<String> faults = new ArrayList<>();
    private Deployment millrace;
    private Browser browser;
    @AutoClose
    private LoopedClip show;

    @BeforeAll
    void publishStream(Deployment shared, Browser sharedBrowser, @TempDir Path dir)
            throws IOException, InterruptedException {
        millrace = shared;
        browser = sharedBrowser;
        show = LoopedClip.publish(ffmpeg, dir, 40, millrace.rtmp() + "/live/console");
    }

    @AfterEach
    void nothingFailsInThePage() {
        assertThat(faults).as("errors of scripts and of the policy").isEmpty();
    }

    @Test
    void listsStreamWithPosterAndShowsItsDetail() throws IOException {
        Page page = open("", 1280, ColorScheme.LIGHT);
        Locator row = page.locator("tr[data-name='live/console']");
        row.waitFor();
        assertThat(row.innerText()).contains("Live", "640×360", "H.264, AAC");
        page.waitForFunction("() => { const c = document.querySelector('#rows canvas'); const p = c.getContext('2d')"
                + ".getImageData(0, 0, c.width, c.height).data; return p.some((v, i) => i % 4 < 3 && v > 100) }", null,
                WAIT);
        row.locator("a").click();
        page.waitForFunction(COMPLETE, null, WAIT);
        assertThat(Picture.of(page.locator("#poster"), "console-poster").colours()).as("colours of the test picture")
                .hasSizeGreaterThan(8);
        assertThat(page.locator("#facts").innerText()).contains("127.0.0.1:", "640×360", "HLS (CMAF)");
        assertThat(page.locator("#path").innerText()).contains("Ingest", "Packager", "after ingest");
        assertThat(page.locator("#path").innerText()).as("positions of segmenter and packager")
                .containsPattern("(?s)position .+ behind, \\d+ records?.+position .+ behind, \\d+ records?");
        assertThat(page.locator("#retained").innerText()).contains("Retained since", "on air");
        assertThat(page.locator("#node").innerText()).isEqualTo("This node is ready");
        Number frameRate = (Number) page.evaluate("() => Promise.all([import('/console/mp4.js'),"
                + " fetch('/api/v1/posters/live/console').then(file => file.arrayBuffer())])"
                + ".then(([mp4, file]) => mp4.frameRate(file))");
        assertThat(frameRate.doubleValue()).as("frame rate of the newest part").isBetween(14.0, 16.0);
    }

    @Test
    void kickByKeyboardEndsFlvViewer() throws Exception {
        Page page = open("#live/console", 1280, ColorScheme.LIGHT);
        try (HttpClient client = HttpClient.newHttpClient();
                InputStream flv = client.send(HttpRequest.newBuilder(millrace.http("/live/console.flv")).build(),
                        HttpResponse.BodyHandlers.ofInputStream()).body()) {
            assertThat(flv.readNBytes(3)).asString().isEqualTo("FLV");
            Locator kick = page.locator("#viewers tr", new Page.LocatorOptions().setHasText("FLV")).locator("button");
            kick.waitFor();
            Picture.of(page.locator("section:has(#viewers-table)"), "console-viewers");
            kick.press("Enter");
            page.keyboard().press("Escape");
            assertThat(flv.readNBytes(1000)).as("after Escape").hasSize(1000);
            kick.press("Enter");
            page.keyboard().press("Tab");
            page.keyboard().press("Enter");
            page.waitForFunction(
                    "() => document.getElementById('done').textContent.startsWith('Disconnected 127.0.0.1')"
                            + " && document.getElementById('viewers-words').textContent.startsWith('Nobody')",
                    null, WAIT);
            flv.transferTo(OutputStream.nullOutputStream());
            fail("the viewer's response ended with its last chunk");
        } catch (IOException e) {
            // Without a cause, this test itself has closed the stream.
            assertThat(e).as("the end of the viewer's connection").hasCauseInstanceOf(IOException.class);
        } finally {
            page.close();
        }
    }

    @Test
    void keyboardAloneReachesDetailAndReturns() throws IOException {
        Page page = open("", 1280, ColorScheme.DARK);
        page.locator("tr[data-name='live/console']").waitFor();
        for (int i = 0; i < 50 && !focused(page).equals("live/console"); i++) {
            page.keyboard().press("Tab");
        }
        assertThat(focused(page)).isEqualTo("live/console");
        page.keyboard().press("Enter");
        page.waitForFunction("() => document.activeElement.id === 'name' && location.hash === '#live/console'", null,
                WAIT);
        assertThat(Axe.violations(page)).as("axe-core").isEmpty();
        page.goBack();
        page.waitForFunction("() => !document.getElementById('list').hidden", null, WAIT);
    }

    private static String focused(Page page) {
        return (String) page.evaluate("() => document.activeElement.textContent.trim()");
    }

    @ParameterizedTest
    @CsvSource({"1280, DARK", "390, LIGHT"})
    void isAccessibleAndFits(int width, ColorScheme scheme) throws IOException {
        fits(width, scheme);
    }

    @Tag("matrix")
    @ParameterizedTest
    @CsvSource({"1280, LIGHT", "390, DARK"})
    void isAccessibleAndFitsInOtherColours(int width, ColorScheme scheme) throws IOException {
        fits(width, scheme);
    }

    private void fits(int width, ColorScheme scheme) throws IOException {
        Page page = open("", width, scheme);
        page.locator("tr[data-name='live/console']").waitFor();
        page.waitForFunction("() => document.querySelector('#rows canvas').width > 160", null, WAIT);
        check(page, "list", width, scheme);
        page.navigate(millrace.admin("/console/#live/console").toString());
        page.waitForFunction(COMPLETE, null, WAIT);
        page.locator("#detail details").evaluate("details => { details.open = true }");
        check(page, "detail", width, scheme);
        page.evaluate("() => import('/console/kick.js').then(module => { module.confirmKick('Disconnect this viewer?',"
                + " '192.0.2.7:51234 watches by FLV.') })");
        page.locator("#kick").waitFor();
        check(page, "dialog", width, scheme);
    }

    /** A node that asks for a token, as it does with {@code --admin-tokens}. */
    @Test
    void asksForTokenAndKeepsItForTheTab() {
        Page page = browser.newPage();
        page.route("**/api/v1/**", route -> {
            if ("Bearer operator-token-0123".equals(route.request().headerValue("Authorization"))) {
                route.resume();
            } else {
                route.fulfill(new Route.FulfillOptions().setStatus(401).setContentType("application/json")
                        .setBody("{\"error\":{\"code\":\"credentials_required\",\"message\":\"a token\"}}"));
            }
        });
        page.navigate(millrace.admin("/console/").toString());
        page.locator("#token-text").fill("wrong");
        page.keyboard().press("Enter");
        page.locator("#token-words:has-text('does not know the token')").waitFor();
        page.locator("#token-text").fill("operator-token-0123");
        page.keyboard().press("Enter");
        page.locator("tr[data-name='live/console']").waitFor();
        assertThat(page.evaluate("() => localStorage.length")).isEqualTo(0);
        page.reload();
        page.locator("tr[data-name='live/console']").waitFor();
        page.unrouteAll();
    }

    @Test
    void saysWhatIsWrong() {
        Page page = browser.newPage();
        page.route("**/health/ready", route -> route.fulfill(new Route.FulfillOptions().setStatus(503)
                .setContentType("application/json").setBody("{\"status\":\"down\",\"checks\":[{\"name\":\"kafka\","
                        + "\"status\":\"down\",\"detail\":\"no broker responds\"}]}")));
        page.navigate(millrace.admin("/console/#live/none").toString());
        page.locator("#node:has-text('This node does not reach Kafka')").waitFor();
        page.locator("#problem:has-text('There is no stream live/none')").waitFor();
        page.unrouteAll();
    }

    /** A token with the role read. The words stay while the page goes on asking. */
    @Test
    void saysWhyKickIsRefused() {
        Page page = browser.newPage();
        page.route("**/api/v1/viewers?stream=live%2Fconsole", route -> route.fulfill(new Route.FulfillOptions()
                .setStatus(403).setContentType("application/json").setBody("{\"error\":{\"code\":\"role_required\","
                        + "\"message\":\"this needs a token with the role admin\"}}")));
        page.navigate(millrace.admin("/console/#live/console").toString());
        page.locator("#facts div").first().waitFor();
        page.evaluate(
                "() => { const kick = document.getElementById('kick-all'); kick.disabled = false; kick.click() }");
        page.locator("#kick-yes").click();
        page.locator("#done.problem:has-text('This needs a token with the role admin.')").waitFor();
        page.waitForResponse("**/api/v1/streams/live/console/sessions*", () -> {});
        assertThat(page.locator("#done").innerText()).contains("role admin");
        page.unrouteAll();
    }

    /** The answers of a node that has relays and webhooks. */
    @ParameterizedTest
    @CsvSource({"1280, DARK", "390, LIGHT"})
    void listsRelaysAndWebhooks(int width, ColorScheme scheme) throws IOException {
        Page page = browser.newPage(new Browser.NewPageOptions().setViewportSize(width, 850).setColorScheme(scheme));
        page.route("**/api/v1/relays", route -> route.fulfill(new Route.FulfillOptions()
                .setContentType("application/json")
                .setBody("{\"relays\":[{\"name\":\"archive\",\"stream\":\"live/show\","
                        + "\"target\":\"rtmp://archive.example/live/…\",\"state\":\"retrying\",\"since\":"
                        + "\"2026-12-01T00:26:40.695Z\",\"position\":null,\"behindSeconds\":0.04,"
                        + "\"owner\":{\"node\":\"studio-3fa9\",\"lastError\":\"connection refused\"}}]}")));
        page.route("**/api/v1/webhooks", route -> route.fulfill(new Route.FulfillOptions()
                .setContentType("application/json").setBody("{\"webhooks\":[{\"name\":\"billing\",\"target\":"
                        + "\"https://example.com/[hidden]\",\"partitions\":8,\"lag\":7,\"events\":{\"delivered\":12,"
                        + "\"failedRequests\":3,\"deadLetters\":1},\"heldSince\":\"2026-12-01T00:26:40.695Z\"}]}")));
        page.navigate(millrace.admin("/console/").toString());
        page.locator("#webhooks tbody tr").waitFor();
        assertThat(page.locator("#relays tbody tr").textContent()).contains("archive", "retrying since", "40 ms",
                "connection refused");
        assertThat(page.locator("#webhooks tbody tr").textContent()).contains("not accepted since", "7");
        check(page, "outbound", width, scheme);
        page.unrouteAll();
    }

    private void check(Page page, String what, int width, ColorScheme scheme) throws IOException {
        page.screenshot(new Page.ScreenshotOptions().setFullPage(true)
                .setPath(Path.of("target", "screenshots", "console-" + what + "-" + width + "-" + scheme + ".png")));
        assertThat((Boolean) page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"))
                .as("no horizontal scroll bar").isTrue();
        assertThat(Axe.violations(page)).as("axe-core").isEmpty();
    }

    private Page open(String path, int width, ColorScheme scheme) {
        Page page = browser.newPage(new Browser.NewPageOptions().setViewportSize(width, 850).setColorScheme(scheme));
        page.onPageError(faults::add);
        page.onConsoleMessage(message -> {
            // A resource that this node does not have is asked for and absent.
            if (message.type().equals("error") && !message.text().contains("404")) {
                faults.add(message.text());
            }
        });
        page.navigate(millrace.admin("/console/" + path).toString());
        return page;
    }
}
