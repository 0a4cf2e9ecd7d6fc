package io.millrace.segmenter.cut;

import io.millrace.media.time.Ticks;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.PeriodStart;
import io.millrace.platform.log.RecordSchema.Generic;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The state of an epoch's playlist: the next segment and discontinuity numbers, and the target durations of segments
 * and parts. The first GOP determines the target durations, which never change afterwards. Cuts are held back until
 * they are known.
 */
final class Playlist {
    /**
     * Greatest target duration, unless the segment target is greater. OBS's automatic keyframe interval is 250 frames:
     * 8.3 s at 30 frames per second.
     */
    private static final int LONGEST_TARGET_S = 12;
    /** The largest excess over the target duration that still rounds down to it. */
    private static final long ROUNDING_TICKS = 499 * 90;
    /** Tolerance for encoders that round: a GOP of 2.04 s counts as one of 2 s. */
    private static final long GOP_TOLERANCE_TICKS = Ticks.MPEG / 10;
    /** Upper bound on the cuts held back: more than the parts of 12 s, if their duration is sensible. */
    private static final int HELD_LIMIT = 256;

    final long epoch;
    final EpochRules rules;
    /** How much longer a part may appear than its frames last, because RTMP rounds timestamps to ms. */
    private static final long ROUNDED_TICKS = 90;
    /** Frame rates such as 30000/1001: 30 frames last a second and a thousandth. */
    private static final long NTSC_DIVISOR = 1_000;

    private int targetDurationS;
    /** Longest duration of a part; 0 until it is determined. */
    private long partTicks;
    private long nextSegment;
    private long discontinuity;
    private PeriodStart period = PeriodStart.UNKNOWN;
    private final List<Cut> held = new ArrayList<>();

    Playlist(long epoch, EpochRules rules) {
        this.epoch = epoch;
        this.rules = rules;
    }

    long segmentTicks() {
        return rules.segmentTargetMs() * 90L;
    }

    /** Returns the longest duration of a part, 90 kHz. */
    long partTicks() {
        return partTicks == 0 ? mostPartTicks() : partTicks;
    }

    /**
     * Returns the longest part that the rules permit. Since version 7, a part may exceed the target a little, so that it
     * has the same number of frames whether rounding makes it seem longer or shorter.
     */
    private long mostPartTicks() {
        long ticks = rules.partTargetMs() * 90L;
        return rules.cutsTracksByTime() ? ticks + ROUNDED_TICKS + ticks / NTSC_DIVISOR : ticks;
    }

    /** Returns the longest duration of a segment, 90 kHz. */
    long capTicks() {
        int targetS = targetDurationS == 0 ? longestTargetS() : targetDurationS;
        return (long) targetS * Ticks.MPEG + ROUNDING_TICKS;
    }

    /** Returns EXT-X-TARGETDURATION in seconds, 0 until it is determined. */
    int targetDurationS() {
        return targetDurationS;
    }

    /**
     * Returns whether more cuts may be held back. If not, the caller must determine the target duration with
     * {@link #fixTarget}.
     */
    boolean isPatient() {
        return held.size() < HELD_LIMIT;
    }

    /**
     * Determines the target durations by the first GOP, and passes on the cuts that were held back. Further calls have no
     * effect.
     *
     * @param gopTicks duration of the GOP, 90 kHz; 0 if there is none
     * @param gopFrames number of its frames; 0 if they are not equally long
     */
    void fixTarget(long gopTicks, long gopFrames, Consumer<Cut> out) {
        if (targetDurationS == 0) {
            partTicks = rules.cutsTracksByTime() && gopFrames > 0
                    ? wholeFrames(gopTicks, gopFrames)
                    : mostPartTicks();
            long gopS = ceil(gopTicks - GOP_TOLERANCE_TICKS);
            targetDurationS = Math.clamp(gopS, segmentTargetS(), longestTargetS());
            held.forEach(cut -> out.accept(withTarget(cut)));
            held.clear();
        }
    }

    /**
     * Returns the duration of as many frames as a part can have, at least one. PART-TARGET follows from it, so that all
     * parts but the last of a segment have almost this duration, however many frames there are in a part.
     */
    private long wholeFrames(long gopTicks, long gopFrames) {
        // No part that was cut before may be longer: one that seemed to last the most lasts up to a millisecond more.
        long frames = Math.max(1, (mostPartTicks() + ROUNDED_TICKS - 1) * gopFrames / gopTicks);
        return Math.ceilDiv(frames * gopTicks, gopFrames) + ROUNDED_TICKS;
    }

    /** Passes the cut on, or holds it back until {@link #fixTarget}. */
    void add(Cut cut, Consumer<Cut> out) {
        if (targetDurationS == 0) {
            held.add(cut);
        } else {
            out.accept(withTarget(cut));
        }
    }

    /** Returns the number of the next segment, and counts it. */
    long nextSegment() {
        return nextSegment++;
    }

    boolean isFirstSegment() {
        return nextSegment == 0;
    }

    /**
     * Returns the discontinuity number of the next segment, and counts one more discontinuity if the segment begins
     * with one. The caller must not pass true for the first segment of an epoch.
     */
    long discontinuity(boolean discontinuous) {
        return discontinuous ? ++discontinuity : discontinuity;
    }

    /** Remembers the start of a segment that begins a period: the first of the epoch, or after a discontinuity. */
    void beginPeriod(PeriodStart start) {
        period = start;
    }

    /** Returns the start of the current period. */
    PeriodStart period() {
        return period;
    }

    private int segmentTargetS() {
        return (int) Math.max(1, ceil(segmentTicks()));
    }

    private int longestTargetS() {
        return Math.max(LONGEST_TARGET_S, segmentTargetS());
    }

    private static long ceil(long ticks) {
        return Math.ceilDiv(Math.max(0, ticks), (long) Ticks.MPEG);
    }

    private Cut withTarget(Cut cut) {
        Cut.SegmentHead h = cut.head();
        if (h == null || h.start().targetDurationS() == targetDurationS) {
            return cut;
        }
        return cut.withHead(h.withStart(h.start().withTargetDurationS(targetDurationS)));
    }

    /** Writes everything except the rules, which the session fold writes. */
    void write(Generic cutter) {
        cutter.put("epoch", epoch).put("targetDurationS", targetDurationS).put("partTicks", partTicks)
                .put("nextSegment", nextSegment)
                .put("discontinuity", discontinuity).put("periodTicks", period.startTicks())
                .put("periodMs", period.programDateTimeMs()).put("held", held.stream().map(Playlist::bytes).toList());
    }

    static Playlist read(EpochRules rules, Generic cutter) {
        Playlist playlist = new Playlist(cutter.int64("epoch"), rules);
        playlist.targetDurationS = cutter.int32("targetDurationS");
        playlist.partTicks = cutter.int64("partTicks");
        playlist.nextSegment = cutter.int64("nextSegment");
        playlist.discontinuity = cutter.int64("discontinuity");
        playlist.period = new PeriodStart(cutter.int64("periodTicks"), cutter.int64("periodMs"));
        cutter.byteStrings("held").forEach(cut -> playlist.held.add(cut(cut)));
        return playlist;
    }

    static ByteBuffer bytes(Cut cut) {
        return ByteBuffer.wrap(LogCodec.encode(cut));
    }

    static Cut cut(ByteBuffer bytes) {
        if (LogCodec.decode(bytes) instanceof Cut cut) {
            return cut;
        }
        throw new IllegalArgumentException("the state contains another record instead of a cut");
    }
}
