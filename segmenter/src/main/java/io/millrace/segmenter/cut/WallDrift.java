package io.millrace.segmenter.cut;

import io.millrace.platform.log.RecordSchema.Generic;

/**
 * Detects that the encoder's timestamps run faster or slower than the clock of ingest, and returns by how much
 * PROGRAM-DATE-TIME is corrected at the end of a segment.
 *
 * <p>Packets arrive late at times, but never early. So the least delay within a segment is compared with that in the first
 * segment of the line of timestamps. Corrections are small, because players expect PROGRAM-DATE-TIME to advance by the
 * duration of the segments, and much faster than any clock drifts.
 *
 * <p>Part of the fold: pure, integers only. Times are ms.
 */
final class WallDrift {
    /** Smaller differences are jitter. A clock that is off by 50 ppm takes three hours to drift by that much. */
    private static final long TOLERANCE_MS = 500;
    /** Larger differences are no drift: media that is pushed faster than real time, or a clock that was set. */
    private static final long LIMIT_MS = 60_000;
    /** Shorter than any part target, so that the times of parts and segments still increase. */
    private static final long STEP_MS = 100;
    /** Corrections backwards must not undo the progress of a short segment. */
    private static final long SHORTEST_MS = 1_000;
    private static final long UNKNOWN = Long.MAX_VALUE;

    /** Least delay in the first segment of the line. */
    private long firstMs = UNKNOWN;
    /** Least delay since the last boundary. */
    private long leastMs = UNKNOWN;

    /** Begins a new line of timestamps. */
    void beginLine() {
        firstMs = UNKNOWN;
        leastMs = UNKNOWN;
    }

    /**
     * Adds a packet.
     *
     * @param arrivalMs time of arrival, by the clock of ingest
     * @param dateTimeMs PROGRAM-DATE-TIME of the packet
     */
    void add(long arrivalMs, long dateTimeMs) {
        leastMs = Math.min(leastMs, arrivalMs - dateTimeMs);
    }

    /**
     * Ends a segment.
     *
     * @return what must be added to PROGRAM-DATE-TIME from here on
     */
    long endSegment(long durationMs) {
        long delayMs = leastMs;
        leastMs = UNKNOWN;
        if (delayMs == UNKNOWN) {
            return 0;
        }
        if (firstMs == UNKNOWN) {
            firstMs = delayMs;
            return 0;
        }
        long driftMs = delayMs - firstMs;
        if (Math.abs(driftMs) <= TOLERANCE_MS || Math.abs(driftMs) > LIMIT_MS || durationMs < SHORTEST_MS) {
            return 0;
        }
        return driftMs > 0 ? STEP_MS : -STEP_MS;
    }

    void write(Generic cutter) {
        cutter.put("firstDelayMs", firstMs).put("leastDelayMs", leastMs);
    }

    static WallDrift read(Generic cutter) {
        WallDrift drift = new WallDrift();
        drift.firstMs = cutter.int64("firstDelayMs");
        drift.leastMs = cutter.int64("leastDelayMs");
        return drift;
    }
}
