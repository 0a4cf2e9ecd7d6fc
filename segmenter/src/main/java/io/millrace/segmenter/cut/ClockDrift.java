package io.millrace.segmenter.cut;

import io.millrace.platform.log.RecordSchema.Generic;

/**
 * Finds out whether PROGRAM-DATE-TIME drifts away from the clock of ingest, because the encoder's clock is faster or
 * slower, and how far it has to move to follow (docs/protocols.md, section 9.3).
 *
 * <p>A packet can arrive late but not early, so only the least delay in a window of ten minutes of media counts. A
 * publisher that is faster or slower than real time, a burst, or a queue that grows or shrinks, changes that delay
 * between two windows by more than a clock can.
 *
 * <p>Part of the fold: integers only, and the only clock is the one in the packets.
 */
final class ClockDrift {
    static final long WINDOW_MS = 10 * 60_000;
    /** A smaller error is not corrected. Encoders need part of it to begin sending after their claim. */
    private static final long DEAD_BAND_MS = 500;
    /** A greater error is not drift but a pause of the publisher, media pushed in advance, or a clock that was set. */
    private static final long LARGEST_MS = 60_000;
    /** The errors of two successive windows differ by less than this: by 120 ms in a clock that is 200 ppm wrong. */
    private static final long AGREEMENT_MS = 250;
    private static final long NONE = Long.MAX_VALUE;

    private long windowStartMs = NONE;
    /** Least delay in the window so far, compared with PROGRAM-DATE-TIME without any correction, ms. */
    private long leastMs = NONE;
    /** The same of the window before. */
    private long previousMs = NONE;
    private long targetMs;
    private long movedMs;

    /** Begins a new line of timestamps, whose PROGRAM-DATE-TIME is set anew. */
    void beginLine() {
        windowStartMs = NONE;
        leastMs = NONE;
        previousMs = NONE;
        targetMs = movedMs;
    }

    /**
     * Observes a packet of the leading track.
     *
     * @param mediaMs its time on the line
     * @param delayMs its arrival minus its PROGRAM-DATE-TIME
     */
    void observe(long mediaMs, long delayMs) {
        if (windowStartMs == NONE) {
            windowStartMs = mediaMs;
        } else if (mediaMs - windowStartMs >= WINDOW_MS) {
            endWindow();
            windowStartMs = mediaMs;
        }
        leastMs = Math.min(leastMs, delayMs + movedMs);
    }

    private void endWindow() {
        if (previousMs != NONE && isDrift(previousMs - targetMs, leastMs - targetMs)) {
            targetMs = leastMs;
        }
        previousMs = leastMs;
        leastMs = NONE;
    }

    private static boolean isDrift(long beforeMs, long nowMs) {
        return isError(beforeMs) && isError(nowMs) && Math.abs(beforeMs - nowMs) < AGREEMENT_MS;
    }

    private static boolean isError(long ms) {
        return Math.abs(ms) > DEAD_BAND_MS && Math.abs(ms) <= LARGEST_MS;
    }

    /**
     * Returns by how much the next segment begins later, or earlier if negative, than the end of the segment before.
     *
     * @param backMs the most that it may begin earlier
     * @param forwardMs the most that it may begin later
     */
    long move(long backMs, long forwardMs) {
        long stepMs = Math.clamp(targetMs - movedMs, -backMs, forwardMs);
        movedMs += stepMs;
        return stepMs;
    }

    /** Sum of all moves of the session, ms. */
    long movedMs() {
        return movedMs;
    }

    Generic write(Generic g) {
        return g.put("windowStartMs", windowStartMs).put("leastMs", leastMs).put("previousMs", previousMs)
                .put("targetMs", targetMs).put("movedMs", movedMs);
    }

    static ClockDrift read(Generic g) {
        ClockDrift drift = new ClockDrift();
        drift.windowStartMs = g.int64("windowStartMs");
        drift.leastMs = g.int64("leastMs");
        drift.previousMs = g.int64("previousMs");
        drift.targetMs = g.int64("targetMs");
        drift.movedMs = g.int64("movedMs");
        return drift;
    }
}
