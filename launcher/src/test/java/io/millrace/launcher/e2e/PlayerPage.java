package io.millrace.launcher.e2e;

import com.microsoft.playwright.Page;

/** What a viewer sees on the page of a stream. */
final class PlayerPage {
    /** Only bounds a hang. */
    static final double WAIT_MS = 180_000;
    static final Page.WaitForFunctionOptions WAIT = new Page.WaitForFunctionOptions().setTimeout(WAIT_MS);

    private PlayerPage() {}

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
