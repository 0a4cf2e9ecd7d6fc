package io.millrace.launcher.e2e;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import io.millrace.launcher.RequiredTool;
import java.util.List;
import java.util.Map;

/** What a viewer sees on the page of a stream. */
final class PlayerPage {
    /** Only bounds a hang. */
    static final double WAIT_MS = 180_000;
    static final Page.WaitForFunctionOptions WAIT = new Page.WaitForFunctionOptions().setTimeout(WAIT_MS);

    private PlayerPage() {}

    static Playwright playwright() {
        return Playwright
                .create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    }

    /** A test that uses it is skipped if Chromium is not installed. */
    static Browser chromium(Playwright playwright) {
        return playwright.chromium().launch(new BrowserType.LaunchOptions()
                .setExecutablePath(RequiredTool.find("chromium"))
                .setArgs(List.of("--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--disable-gpu",
                        "--disable-quic", "--no-first-run", "--disable-background-networking",
                        "--disable-component-update", "--disable-sync", "--mute-audio")));
    }

    static void waitForOutput(Page page, String output) {
        page.waitForFunction("output => document.querySelector('[aria-pressed=true]')?.dataset.player === output",
                output, WAIT);
    }

    static void waitForWords(Page page, String words) {
        page.waitForFunction("words => document.getElementById('words').textContent.startsWith(words)", words, WAIT);
    }

    static double onScreenMs(Page page) {
        return Double.parseDouble(page.locator("#timeline").getAttribute("aria-valuenow"));
    }

    static double currentTime(Page page) {
        return ((Number) page.evaluate("document.querySelector('video').currentTime")).doubleValue();
    }
}
