package io.millrace.outbound.relay;

import io.millrace.platform.timeline.TagEvent;
import io.millrace.tools.past.LogTag;

/**
 * Decides which tags a relay omits in order to be live: those before the next keyframe that is not older than the
 * moment at which the relay begins to skip. Pure; confined to one thread.
 */
final class LiveSkip {
    /** A relay that is this far behind skips. Longer than the GOP of most encoders. */
    static final long FARTHEST_MS = 10_000;
    private static final long NO = Long.MIN_VALUE;

    private final boolean staysLive;
    /** Media that arrived before this time is omitted, up to a keyframe; {@link #NO} if none is. */
    private long untilMs;

    private LiveSkip(boolean staysLive, long untilMs) {
        this.staysLive = staysLive;
        this.untilMs = untilMs;
    }

    /** Omits nothing. */
    static LiveSkip none() {
        return new LiveSkip(false, NO);
    }

    /** Omits media when the relay is too far behind. */
    static LiveSkip whenBehind() {
        return new LiveSkip(true, NO);
    }

    /** Omits media when the relay is too far behind, and what is older than {@code nowMs} at once. */
    static LiveSkip from(long nowMs) {
        return new LiveSkip(true, nowMs);
    }

    /**
     * Returns whether to omit a tag. Sequence headers and ends are never omitted.
     *
     * @param nowMs wall clock, ms since 1970
     */
    boolean omits(LogTag tag, long nowMs) {
        if (!(tag.event() instanceof TagEvent.Frame)) {
            return false;
        }
        if (staysLive && untilMs == NO && nowMs - tag.arrivalMs() > FARTHEST_MS) {
            untilMs = nowMs;
        }
        if (untilMs != NO && tag.position().isPresent() && tag.arrivalMs() >= untilMs) {
            untilMs = NO;
        }
        return untilMs != NO;
    }
}
