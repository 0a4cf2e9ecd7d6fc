package io.millrace.segmenter.cut;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.Packet;

/** Decoding and composition times of the video track on the current time line, 90 kHz. */
final class VideoClock {
    /** Longer than this between two frames is a hole, whatever the frame rate seems to be. */
    static final long LONGEST_FRAME = 2L * Ticks.MPEG;
    /** No encoder reorders over more than this. */
    private static final long LONGEST_COMPOSITION = 10L * Ticks.MPEG;
    private static final long DEFAULT_FRAME = Ticks.MPEG / 25;
    private static final long NONE = Long.MIN_VALUE;

    private long lastDts = NONE;
    /** Between the last two frames, hole or not; 0 before there were two. */
    private long lastGap;
    private long frameTicks = DEFAULT_FRAME;
    /** The first keyframe's composition time: what makes its presentation time the start of the time line. */
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

    /** Repairs times that do not increase: one tick after the one before, shown when it was meant to be if that is later. */
    Draft place(long offset, Packet packet, long originMs) {
        long stamp = (packet.timestampMs() - originMs) * 90;
        long composition = Math.clamp(packet.compositionTimeMs() * 90L, -LONGEST_COMPOSITION, LONGEST_COMPOSITION);
        long dts = lastDts == NONE ? stamp : Math.max(stamp, lastDts + 1);
        long pts = Math.max(stamp + composition, dts);
        if (shift == NONE && packet.keyframe()) {
            shift = pts - dts;
        }
        return new Draft(offset, packet, dts, (int) (pts - dts), (int) frameTicks);
    }

    /** How far {@code draft} is from the frame before it. */
    long gap(Draft draft) {
        return lastDts == NONE ? 0 : draft.dts - lastDts;
    }

    /**
     * Whether frames are missing before {@code draft}: it does not fit a part, and the frame rate does not explain it.
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

    /** The length of the last complete GOP, 0 before there was one. */
    long gopTicks() {
        return gopTicks;
    }

    /** How long a frame lasts if its successor does not say. */
    long frameTicks() {
        return frameTicks;
    }

    /** When {@code draft} is due: its decoding time, moved so that the first keyframe is due when it is shown. */
    long due(Draft draft) {
        return draft.dts + (shift == NONE ? 0 : shift);
    }

    void write(ByteWriter out) {
        out.int64(lastDts).int64(lastGap).int64(frameTicks).int64(shift).int64(keyDts).int64(gopTicks);
    }

    static VideoClock read(ByteReader in) {
        VideoClock clock = new VideoClock();
        clock.lastDts = in.int64("lastDts");
        clock.lastGap = in.int64("lastGap");
        clock.frameTicks = in.int64("frameTicks");
        clock.shift = in.int64("shift");
        clock.keyDts = in.int64("keyDts");
        clock.gopTicks = in.int64("gopTicks");
        return clock;
    }
}
