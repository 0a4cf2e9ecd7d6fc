package io.millrace.platform.past;

import io.millrace.platform.log.IndexEntry;

/**
 * Searches a range of one stream's index for a moment, in log order: a pure fold. Confined to one thread.
 *
 * <p>Times do not go back within an epoch. A segment may begin slightly before or after the end of the previous one: a
 * time that both contain belongs to the later one, and a time between them to the earlier one. If two epochs overlap
 * because a node's clock went back, the older epoch contains the moment. Repeated entries of a restarted packager have
 * no effect.
 */
public final class MomentSearch {
    /** Tolerance for times that are ticks rounded to whole milliseconds. */
    private static final long ROUNDING_MS = 2;

    private final long timeMs;
    /** The newest entry at or before the time; {@link #keyframe} is the newest keyframe that leads up to it. */
    private IndexEntry before;
    private Moment.At keyframe;
    /** Whether an entry at or before the time begins media that does not continue earlier media. */
    private boolean sawStart;
    /** Whether an entry after the time has been folded. */
    private boolean passed;
    /** See {@link #beganTooLate()}. */
    private boolean beganTooLate;
    private Moment.At found;

    /** @param timeMs PROGRAM-DATE-TIME, ms since 1970 */
    public MomentSearch(long timeMs) {
        this.timeMs = timeMs;
    }

    /**
     * Folds the next entry of the stream.
     *
     * @param offset offset of the entry in {@code index}
     * @return whether to continue; false once the {@link #result} is known
     */
    public boolean fold(long offset, IndexEntry entry) {
        if (!passed && entry.times().programDateTimeMs() <= timeMs) {
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
            // Media before a start does not lead up to media after it.
            keyframe = null;
            sawStart = true;
        }
        before = entry;
        if (isEntrance(entry) && (entry.id().isFirst() || entry.times().endMs() <= timeMs)) {
            keyframe = new Moment.At(offset, entry);
        }
    }

    /** Handles the first entry after the time. */
    private void decide(IndexEntry next) {
        boolean hole = isStart(next) && (before == null || before.times().endMs() + ROUNDING_MS < timeMs);
        if (!hole) {
            found = keyframe;
            beganTooLate = keyframe == null && !sawStart;
        }
    }

    /**
     * Reports the end of the log. The time may be within the last entry.
     *
     * @param overlapMs by how many ms the next segment may begin before the end of the last one, so that the time may
     *     turn out to belong to it
     */
    public void endReached(long overlapMs) {
        if (!passed && before != null && before.times().endMs() - (before.last() ? overlapMs : 0) > timeMs) {
            found = keyframe;
            beganTooLate = keyframe == null && !sawStart;
        }
    }

    /**
     * Whether the moment, if it is retained at all, is before this range, so that a search must begin earlier. To be
     * called after the last entry.
     */
    public boolean beganTooLate() {
        return beganTooLate;
    }

    /** Whether the range contained no entries. */
    public boolean sawNothing() {
        return before == null && !passed;
    }

    /** Returns the moment found so far. */
    public Moment result() {
        return found == null ? new Moment.NotYet() : found;
    }

    /**
     * Whether readers can start at the entry: at the first part of a segment, so that all outputs start at the same
     * frame and the time of the entry is that of the keyframe. In a segment that begins without a keyframe, readers can
     * start at any part with a keyframe, although the keyframe may be anywhere in the part.
     */
    private static boolean isEntrance(IndexEntry entry) {
        return entry.independent() && (entry.id().isFirst() || !entry.start().independent());
    }

    /** Whether media begins here that does not continue the media before it. */
    private static boolean isStart(IndexEntry entry) {
        return entry.id().isFirst() && (entry.start().discontinuous() || entry.id().segment() == 0);
    }
}
