package io.millrace.segmenter.cut;

import io.millrace.platform.log.RecordSchema.Generic;

/**
 * Detects whether PROGRAM-DATE-TIME drifts away from the ingest clock, because the encoder's clock is faster or slower,
 * and computes how far PROGRAM-DATE-TIME has to move to follow the ingest clock (docs/protocols.md, section 9.3).
 *
 * <p>A packet can arrive late but not early, so only the least delay in a window of ten minutes, measured in media
 * time, counts. A publisher that is faster or slower than real time, a burst, or a queue that grows or shrinks, changes
 * that delay between two windows by more than a clock can.
 *
 * <p>Part of the fold: integers only, and the only clock is the one in the packets.
 */
final class ClockDrift {
    /** Length of a window, in media time. */
    static final long WINDOW_MS = 10 * 60_000;
    /**
     * An error up to this is not corrected. Part of it is the time that encoders need to begin sending after their
     * claim.
     */
    private static final long DEAD_BAND_MS = 500;
    /** A greater error is not drift but a pause of the publisher, media pushed in advance, or a clock that was set. */
    private static final long LARGEST_MS = 60_000;
    /**
     * The errors of two successive windows must differ by less than this. With a clock that is wrong by 200 ppm they
     * differ by 120 ms.
     */
    private static final long AGREEMENT_MS = 250;
    private static final long NONE = Long.MAX_VALUE;

    /** Media time at the start of the window. */
    private long windowStartMs = NONE;
    /** Least delay in the current window, relative to PROGRAM-DATE-TIME without any correction. */
    private long leastMs = NONE;
    /** Least delay in the previous window. */
    private long previousMs = NONE;
    /** The correction that {@link #movedMs} has to reach. */
    private long targetMs;
    /** The correction so far: the sum of all moves. */
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
     * @param mediaMs the packet's time on the line
     * @param delayMs the packet's arrival minus its PROGRAM-DATE-TIME
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
     * Moves PROGRAM-DATE-TIME towards the target. Returns by how many ms the next segment begins later than the end of
     * the previous segment, or earlier if negative.
     *
     * @param backMs limit of a move to an earlier time, 0 or more
     * @param forwardMs limit of a move to a later time, 0 or more
     */
    long move(long backMs, long forwardMs) {
        long stepMs = Math.clamp(targetMs - movedMs, -backMs, forwardMs);
        movedMs += stepMs;
        return stepMs;
    }

    /** Returns the sum of all moves in the session, in ms. */
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
