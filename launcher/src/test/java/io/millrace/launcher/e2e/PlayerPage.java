package io.millrace.launcher.e2e;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.SelectOption;
import java.util.List;

/** What a viewer sees on the page of a stream. */
final class PlayerPage {
    /** Only bounds a hang. */
    static final double WAIT_MS = 180_000;
    static final Page.WaitForFunctionOptions WAIT = new Page.WaitForFunctionOptions().setTimeout(WAIT_MS);

    /** What a viewer would see of a switch: the picture stops, or goes back. */
    private static final String WATCH = """
            stops => { const v = document.querySelector('video'); window.stops = 0; let last = v.currentTime;
              for (const stop of stops) v.addEventListener(stop, () => window.stops++);
              v.addEventListener('timeupdate', () => { if (v.currentTime < last) window.stops++; last = v.currentTime; }) }""";
    private static final String HEARS = """
            hz => { const v = document.querySelector('video');
              window.ear ??= (() => { const context = new AudioContext(); const ear = context.createAnalyser();
                ear.fftSize = 4096; context.createMediaStreamSource(v.captureStream()).connect(ear); return ear; })();
              const bins = new Float32Array(window.ear.frequencyBinCount); window.ear.getFloatFrequencyData(bins);
              const loudest = bins.indexOf(Math.max(...bins)) * window.ear.context.sampleRate / window.ear.fftSize;
              return Math.abs(loudest - hz) < 30; }""";

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

    /** Counts stops of the picture from now on. */
    static void watchForStops(Page page) {
        page.evaluate(WATCH, List.of("waiting", "emptied"));
    }

    /**
     * The same for a player a second behind the encoder, which also stops whenever the machine is busy: counts only how
     * often the picture goes back or is loaded again.
     */
    static void watchForReloads(Page page) {
        page.evaluate(WATCH, List.of("emptied"));
    }

    static int stops(Page page) {
        return (Integer) page.evaluate("() => window.stops");
    }

    /** Waits until a tone is the loudest. The page is muted, what it plays is not. */
    static void waitForPitch(Page page, int hz) {
        page.waitForFunction(HEARS, hz, WAIT);
    }

    /** hls.js has two buffered ranges for a moment, while it replaces what is buffered. */
    static void waitForOneRange(Page page) {
        page.waitForFunction("() => document.querySelector('video').buffered.length === 1", null, WAIT);
    }

    /** Returns the texts of the menu {@code quality} or {@code audio}. */
    static List<String> options(Page page, String menu) {
        return page.locator("#" + menu + " option").allTextContents();
    }

    /** Returns the option whose text begins so. */
    static SelectOption option(Page page, String menu, String start) {
        return new SelectOption().setLabel(options(page, menu).stream().filter(text -> text.startsWith(start))
                .findFirst().orElseThrow());
    }

    /**
     * Makes the player stand still until it loads something again; {@code window.loaded} counts how often it does. The
     * player sets its rate itself to keep its latency, which has no effect meanwhile.
     */
    static void standStill(Page page) {
        page.evaluate("() => { const v = document.querySelector('video'); v.playbackRate = 0; window.loaded = 0;"
                + " Object.defineProperty(v, 'playbackRate', { get: () => 1, set: () => {}, configurable: true });"
                + " v.addEventListener('emptied', () => { window.loaded++;"
                + " delete v.playbackRate; v.playbackRate = 1 }) }");
    }
}
