package io.millrace.segmenter.cut;

import io.millrace.media.time.Ticks;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RecordSchema.Generic;

/** Decoding and composition times of the video track on the current timeline, 90 kHz. */
final class VideoClock {
    /** A longer interval between two frames is a hole, whatever the frame rate. */
    static final long LONGEST_FRAME = 2L * Ticks.MPEG;
    /** Upper bound on composition times; no encoder reorders over a longer time. */
    private static final long LONGEST_COMPOSITION = 10L * Ticks.MPEG;
    private static final long DEFAULT_FRAME = Ticks.MPEG / 25;
    private static final long NONE = Long.MIN_VALUE;

    private long lastDts = NONE;
    /** Interval between the last two frames, hole or not; 0 until there were two. */
    private long lastGap;
    private long frameTicks = DEFAULT_FRAME;
    /**
     * Composition time of the first keyframe. Adding it to decoding times makes the timeline start at that keyframe's
     * presentation.
     */
    private long shift = NONE;
    private long keyDts = NONE;
    private long gopTicks;

    void beginLine() {
        lastDts = NONE;
        lastGap = 0;
        shift = NONE;
        keyDts = NONE;
        gopTicks = 0;
    }

    /**
     * Computes the times of a frame. A decoding time that does not increase becomes its predecessor's plus one tick;
     * the presentation time is kept if it is not earlier than that.
     */
    Draft place(long offset, Packet packet, long originMs) {
        long stamp = (packet.timestampMs() - originMs) * 90;
        long composition = Math.clamp(packet.compositionTimeMs() * 90L, -LONGEST_COMPOSITION, LONGEST_COMPOSITION);
        long dts = lastDts == NONE ? stamp : Math.max(stamp, lastDts + 1);
        long pts = Math.max(stamp + composition, dts);
        if (shift == NONE && packet.isKeyframe()) {
            shift = pts - dts;
        }
        return new Draft(offset, packet, dts, (int) (pts - dts), (int) frameTicks);
    }

    /** Returns the time between {@code draft} and the previous frame. */
    long gap(Draft draft) {
        return lastDts == NONE ? 0 : draft.dts - lastDts;
    }

    /**
     * Whether frames are missing before {@code draft}: the interval exceeds a part, and the frame rate does not explain
     * it.
     */
    boolean isHole(Draft draft, long partTicks) {
        long gap = gap(draft);
        return lastGap == 0 ? gap > LONGEST_FRAME : gap > partTicks && gap > 2 * lastGap;
    }

    void passed(Draft draft) {
        if (lastDts != NONE) {
            lastGap = gap(draft);
            frameTicks = lastGap <= LONGEST_FRAME ? lastGap : frameTicks;
        }
        lastDts = draft.dts;
        if (draft.keyframe) {
            gopTicks = keyDts == NONE ? 0 : draft.dts - keyDts;
            keyDts = draft.dts;
        }
    }

    /** Duration of the last complete GOP, 0 until there was one. */
    long gopTicks() {
        return gopTicks;
    }

    /** Duration of a frame that has no successor. */
    long frameTicks() {
        return frameTicks;
    }

    /**
     * Returns the time of {@code draft} for cutting: its decoding time, shifted so that the time of the first keyframe
     * is its presentation time.
     */
    long due(Draft draft) {
        return draft.dts + (shift == NONE ? 0 : shift);
    }

    Generic write(Generic g) {
        return g.put("lastDts", lastDts).put("lastGap", lastGap).put("frameTicks", frameTicks).put("shift", shift)
                .put("keyDts", keyDts).put("gopTicks", gopTicks);
    }

    static VideoClock read(Generic g) {
        VideoClock clock = new VideoClock();
        clock.lastDts = g.int64("lastDts");
        clock.lastGap = g.int64("lastGap");
        clock.frameTicks = g.int64("frameTicks");
        clock.shift = g.int64("shift");
        clock.keyDts = g.int64("keyDts");
        clock.gopTicks = g.int64("gopTicks");
        return clock;
    }
}
