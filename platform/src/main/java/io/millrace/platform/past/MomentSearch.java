package io.millrace.platform.past;

import io.millrace.media.time.Ticks;
import io.millrace.platform.log.IndexEntry;

/**
 * Looks for a moment in a stretch of one stream's index, in the order of the log: a pure fold. Confined to one thread.
 *
 * <p>The time of a stream does not go back within an epoch. Where two epochs overlap, because a node's clock did, the older
 * one has the moment. Records that a restarted packager repeats change nothing.
 */
public final class MomentSearch {
    /** By how much times may differ that are ticks in whole milliseconds. */
    private static final long ROUNDING_MS = 2;

    private final long timeMs;
    /** The newest entry at or before the time, and the newest keyframe that leads up to it. */
    private IndexEntry before;
    private Moment.At keyframe;
    private boolean sawStart;
    private boolean passed;
    private boolean beganTooLate;
    private Moment.At found;

    /** @param timeMs PROGRAM-DATE-TIME, ms since 1970 */
    public MomentSearch(long timeMs) {
        this.timeMs = timeMs;
    }

    /**
     * Reads on.
     *
     * @param offset of the entry in {@code index}
     * @return whether to go on: false once there is a {@link #result}
     */
    public boolean fold(long offset, IndexEntry entry) {
        if (!passed && entry.programDateTimeMs() <= timeMs) {
            upTo(offset, entry);
        } else {
            if (!passed) {
                passed = true;
                decide(entry);
            }
            if (found == null && isEntrance(entry)) {
                found = new Moment.At(offset, entry);
            }
        }
        return found == null;
    }

    private void upTo(long offset, IndexEntry entry) {
        if (isStart(entry)) {
            // Nothing leads over from what was before.
            keyframe = null;
            sawStart = true;
        }
        before = entry;
        if (isEntrance(entry) && (entry.part() == 0 || endMs(entry) <= timeMs)) {
            keyframe = new Moment.At(offset, entry);
        }
    }

    /** The first entry after the time has come. */
    private void decide(IndexEntry next) {
        boolean hole = isStart(next) && (before == null || endMs(before) + ROUNDING_MS < timeMs);
        if (!hole) {
            found = keyframe;
            beganTooLate = keyframe == null && !sawStart;
        }
    }

    /** The log has been read to its end: the time may be within what was shown last. */
    public void endReached() {
        if (!passed && before != null && endMs(before) > timeMs) {
            found = keyframe;
            beganTooLate = keyframe == null && !sawStart;
        }
    }

    /** Whether the moment is before this stretch, if it is retained. */
    public boolean beganTooLate() {
        return beganTooLate;
    }

    /** Whether there was nothing in the stretch. */
    public boolean sawNothing() {
        return before == null && !passed;
    }

    /** The best that the stretch has. */
    public Moment result() {
        return found == null ? new Moment.NotYet() : found;
    }

    /**
     * Whether readers start here: where a segment begins, so that all outputs start at the same frame and the entry's time
     * is the keyframe's. In a segment that begins without a keyframe it is somewhere in the part.
     */
    private static boolean isEntrance(IndexEntry entry) {
        return entry.independent() && (entry.part() == 0 || !entry.segmentIndependent());
    }

    /** Whether media begins here that does not go on from what the log has before. */
    private static boolean isStart(IndexEntry entry) {
        return entry.part() == 0 && (entry.discontinuous() || entry.segment() == 0);
    }

    private static long endMs(IndexEntry entry) {
        return entry.programDateTimeMs() + Ticks.rescale(entry.durationTicks(), Ticks.MPEG, Ticks.MILLIS);
    }
}
