package io.millrace.segmenter.cut;

import io.millrace.media.time.Ticks;
import io.millrace.platform.log.RecordSchema.Generic;

/**
 * Computes the decoding and composition times of the video track's frames on the current line of timestamps, 90 kHz.
 */
final class VideoClock {
    /** A longer interval between two frames is a hole, whatever the frame rate. */
    static final long LONGEST_FRAME = 2L * Ticks.MPEG;
    /** Upper bound on the magnitude of composition times; no encoder reorders frames over a longer time. */
    private static final long LONGEST_COMPOSITION = 10L * Ticks.MPEG;
    private static final long DEFAULT_FRAME = Ticks.MPEG / 25;
    private static final long NONE = Long.MIN_VALUE;
    /** Frames are equally long if their durations, which RTMP rounds to ms, differ by at most this. */
    private static final long EVEN_TICKS = 2 * 90;

    private long lastDts = NONE;
    /** Interval between the last two frames, even if it is a hole; 0 before the second frame. */
    private long lastGap;
    /** Latest interval between two frames that is not longer than {@link #LONGEST_FRAME}. */
    private long frameTicks = DEFAULT_FRAME;
    /**
     * Composition time of the first keyframe. Decoding times plus this begin at the presentation time of that keyframe.
     */
    private long shift = NONE;
    /** Decoding time of the newest keyframe. */
    private long keyDts = NONE;
    private long gopTicks;
    /** Number of frames of the last complete GOP if they were equally long; otherwise 0. */
    private long gopFrames;
    /** Number of intervals since the newest keyframe, and the shortest and longest of them. */
    private long frames;
    private long shortestTicks;
    private long longestTicks;

    /** Begins a new line of timestamps. The frame duration is kept. */
    void beginLine() {
        lastDts = NONE;
        lastGap = 0;
        shift = NONE;
        keyDts = NONE;
        gopTicks = 0;
        gopFrames = 0;
        frames = 0;
    }

    /**
     * Computes the times of a frame. A decoding time that is not after that of the previous frame is set to one tick
     * after it; a presentation time before the decoding time is set to the decoding time.
     */
    Draft place(Frame frame, long originMs) {
        long stamp = (frame.timestampMs() - originMs) * 90;
        long composition = Math.clamp(frame.compositionMs() * 90L, -LONGEST_COMPOSITION, LONGEST_COMPOSITION);
        long dts = lastDts == NONE ? stamp : Math.max(stamp, lastDts + 1);
        long pts = Math.max(stamp + composition, dts);
        if (shift == NONE && frame.keyframe()) {
            shift = pts - dts;
        }
        return new Draft(frame, dts, (int) (pts - dts), (int) frameTicks);
    }

    /** Returns the time between {@code draft} and the previous frame, 0 for the first frame. */
    long gap(Draft draft) {
        return lastDts == NONE ? 0 : draft.dts - lastDts;
    }

    /**
     * Returns whether frames are missing before {@code draft}: the interval exceeds a part and twice the previous
     * interval, or {@link #LONGEST_FRAME} if there is no previous interval.
     */
    boolean isHole(Draft draft, long partTicks) {
        long gap = gap(draft);
        return lastGap == 0 ? gap > LONGEST_FRAME : gap > partTicks && gap > 2 * lastGap;
    }

    /** Makes {@code draft} the previous frame. */
    void advance(Draft draft) {
        if (lastDts != NONE) {
            lastGap = gap(draft);
            frameTicks = lastGap <= LONGEST_FRAME ? lastGap : frameTicks;
            shortestTicks = frames == 0 ? lastGap : Math.min(shortestTicks, lastGap);
            longestTicks = frames == 0 ? lastGap : Math.max(longestTicks, lastGap);
            frames++;
        }
        lastDts = draft.dts;
        if (draft.keyframe) {
            gopTicks = keyDts == NONE ? 0 : draft.dts - keyDts;
            gopFrames = keyDts != NONE && longestTicks - shortestTicks <= EVEN_TICKS ? frames : 0;
            keyDts = draft.dts;
            frames = 0;
        }
    }

    /** Returns the duration of the last complete GOP, 0 before the first. */
    long gopTicks() {
        return gopTicks;
    }

    /** Returns the number of frames of the last complete GOP; 0 before the first, or if they were not equally long. */
    long gopFrames() {
        return gopFrames;
    }

    /** Returns the duration to assume for a frame that has no successor. */
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
                .put("keyDts", keyDts).put("gopTicks", gopTicks).put("gopFrames", gopFrames).put("frames", frames)
                .put("shortestTicks", shortestTicks).put("longestTicks", longestTicks);
    }

    static VideoClock read(Generic g) {
        VideoClock clock = new VideoClock();
        clock.lastDts = g.int64("lastDts");
        clock.lastGap = g.int64("lastGap");
        clock.frameTicks = g.int64("frameTicks");
        clock.shift = g.int64("shift");
        clock.keyDts = g.int64("keyDts");
        clock.gopTicks = g.int64("gopTicks");
        clock.gopFrames = g.int64("gopFrames");
        clock.frames = g.int64("frames");
        clock.shortestTicks = g.int64("shortestTicks");
        clock.longestTicks = g.int64("longestTicks");
        return clock;
    }
}
