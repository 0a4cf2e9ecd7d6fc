package io.millrace.segmenter.cut;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.LogCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What an epoch's playlist needs from first to last: its numbers, and its target duration, which is fixed by the first
 * GOP and never changes. Cuts wait here until it is.
 */
final class Playlist {
    /** OBS's automatic keyframe interval is 250 frames: 8.3 s at 30 a second. */
    private static final int LONGEST_TARGET_S = 12;
    /** What rounds down to the target duration. */
    private static final long ROUNDING_TICKS = 499 * 90;
    /** A GOP of 2.04 s is one of 2 s in an encoder that rounds. */
    private static final long GOP_TOLERANCE_TICKS = Ticks.MPEG / 10;
    /** More cuts than 12 s of sensible parts: do not wait longer. */
    private static final int HELD_LIMIT = 256;

    final long epoch;
    final EpochRules rules;
    private int targetDurationS;
    private long nextSegment;
    private long discontinuity;
    private final List<Cut> held = new ArrayList<>();

    Playlist(long epoch, EpochRules rules) {
        this.epoch = epoch;
        this.rules = rules;
    }

    long segmentTicks() {
        return rules.segmentTargetMs() * 90L;
    }

    long partTicks() {
        return rules.partTargetMs() * 90L;
    }

    /** No segment is longer. */
    long capTicks() {
        int targetS = targetDurationS == 0 ? longestTargetS() : targetDurationS;
        return (long) targetS * Ticks.MPEG + ROUNDING_TICKS;
    }

    /** EXT-X-TARGETDURATION, 0 until it is fixed. */
    int targetDurationS() {
        return targetDurationS;
    }

    boolean isPatient() {
        return held.size() < HELD_LIMIT;
    }

    void fixTarget(long gopTicks, Consumer<Cut> out) {
        if (targetDurationS == 0) {
            long gopS = ceil(gopTicks - GOP_TOLERANCE_TICKS);
            targetDurationS = Math.clamp(gopS, segmentTargetS(), longestTargetS());
            held.forEach(cut -> out.accept(withTarget(cut)));
            held.clear();
        }
    }

    void add(Cut cut, Consumer<Cut> out) {
        if (targetDurationS == 0) {
            held.add(cut);
        } else {
            out.accept(withTarget(cut));
        }
    }

    long nextSegment() {
        return nextSegment++;
    }

    boolean isFirstSegment() {
        return nextSegment == 0;
    }

    /** The number of a segment's discontinuity; the first segment of an epoch begins none. */
    long discontinuity(boolean discontinuous) {
        return discontinuous ? ++discontinuity : discontinuity;
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
        if (h == null || h.targetDurationS() == targetDurationS) {
            return cut;
        }
        return new Cut(cut.epoch(), cut.session(), cut.segment(), cut.part(), cut.last(), cut.independent(),
                cut.firstOffset(), cut.lastOffset(), cut.startTicks(), cut.durationTicks(), cut.programDateTimeMs(),
                cut.arrivalUs(),
                new Cut.SegmentHead(h.rules(), targetDurationS, h.independent(), h.discontinuous(), h.discontinuity(),
                        h.videoConfig(), h.audioConfig(), h.videoCodec(), h.audioCodec(), h.originMs(),
                        h.timestampOffsetMs(), h.state()),
                cut.samples());
    }

    /** The rules are the session fold's and not written again. */
    void write(ByteWriter out) {
        out.int64(epoch).uint32(targetDurationS).int64(nextSegment).int64(discontinuity).uint32(held.size());
        held.forEach(cut -> write(cut, out));
    }

    static Playlist read(EpochRules rules, ByteReader in) {
        Playlist playlist = new Playlist(in.int64("epoch"), rules);
        playlist.targetDurationS = in.int32("targetDurationS");
        playlist.nextSegment = in.int64("nextSegment");
        playlist.discontinuity = in.int64("discontinuity");
        for (int left = in.int32("held"); left > 0; left--) {
            playlist.held.add(readCut(in));
        }
        return playlist;
    }

    static void write(Cut cut, ByteWriter out) {
        byte[] bytes = LogCodec.encode(cut);
        out.uint32(bytes.length).bytes(bytes);
    }

    static Cut readCut(ByteReader in) {
        // Copied: the state may be of a buffer that goes away.
        if (LogCodec.decode(ByteBuffer.wrap(in.bytes(in.int32("sizeBytes"), "cut"))) instanceof Cut cut) {
            return cut;
        }
        throw MalformedException.value("StreamFold", "cut", "another record", "a cut");
    }
}
