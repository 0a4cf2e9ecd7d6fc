package io.millrace.segmenter.cut;

import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.SessionStarted;

/**
 * The line of timestamps of the running session: where its time 0 is in packet timestamps and in PROGRAM-DATE-TIME. A
 * jump of the timestamps begins another line (docs/protocols.md, section 9.3). Confined to one thread.
 */
final class Line {
    /** A data message whose timestamp is this far from the newest frame has a timestamp of another clock, or none. */
    private static final long CUE_SKEW_MS = 10_000;

    private final EpochRules rules;
    /** Start of the session by its claim, ms since 1970. */
    private long startedAtMs;
    /** Whether the session has begun a line. */
    private boolean anchored;
    /** Whether a further track has begun the line, before the first frame of a default track. */
    private boolean anticipated;
    /** Packet timestamp at time 0 of the line. */
    private long originMs;
    /** Turns packet timestamps into times of the epoch's FLV timeline. */
    private long timestampOffsetMs;
    /** Packet timestamp of the newest frame of the leading track. */
    private long newestMs;
    /** PROGRAM-DATE-TIME at time 0 of the line, ms since 1970. */
    private long wallMs;
    private ClockDrift drift = new ClockDrift();

    Line(EpochRules rules) {
        this.rules = rules;
    }

    void beginSession(SessionStarted started) {
        startedAtMs = started.startedAtMs();
        anchored = false;
        anticipated = false;
        drift = new ClockDrift();
    }

    /**
     * Begins a line with {@code packet} at time 0. Returns whether it follows another line of the session, which means
     * that the timestamps have jumped.
     */
    boolean begin(Packet packet) {
        boolean jumped = anchored && !anticipated;
        anticipated = false;
        originMs = packet.timestampMs();
        newestMs = originMs;
        wallMs = jumped ? Math.floorDiv(packet.arrivalUs(), 1_000L) : startedAtMs;
        anchored = true;
        drift.beginLine();
        return jumped;
    }

    /** Begins the first line of the session with a packet of a further track, unless the session has a line. */
    void anticipate(Packet packet) {
        if (!anchored) {
            begin(packet);
            anticipated = true;
        }
    }

    /** Sets the offset that turns packet timestamps of the line into times of the epoch's FLV timeline. */
    void setTimestampOffset(long offsetMs) {
        timestampOffsetMs = offsetMs;
    }

    /** Returns the offset that turns packet timestamps of the line into times of the epoch's FLV timeline. */
    long timestampOffsetMs() {
        return timestampOffsetMs;
    }

    /**
     * Returns whether a further track has begun the line at which {@code packet}, the first one of a default track, would
     * begin it: at most {@code nearMs} apart.
     */
    boolean isContinuedBy(Packet packet, long nearMs) {
        boolean continued = anticipated && Math.abs(packet.timestampMs() - originMs) <= nearMs;
        anticipated &= !continued;
        return continued;
    }

    long startedAtMs() {
        return startedAtMs;
    }

    /** Returns the packet timestamp at time 0. */
    long originMs() {
        return originMs;
    }

    /** Returns PROGRAM-DATE-TIME at time 0, ms since 1970. */
    long wallMs() {
        return wallMs;
    }

    /** Returns PROGRAM-DATE-TIME at {@code ticks} of 90 kHz, ms since 1970. */
    long wallMs(long ticks) {
        return wallMs + Math.floorDiv(ticks, 90L);
    }

    /** Returns by how many ms PROGRAM-DATE-TIME has been moved in the session; negative if to an earlier time. */
    long movedMs() {
        return drift.movedMs();
    }

    /** Returns PROGRAM-DATE-TIME of the newest frame; without one, the start of the session. */
    long newestWallMs() {
        return anchored ? wallMs + newestMs - originMs : startedAtMs;
    }

    /** Returns PROGRAM-DATE-TIME of a data message: by its timestamp, if that is close to the newest frame's. */
    long wallMsOf(Packet data) {
        long aheadMs = data.timestampMs() - newestMs;
        return newestWallMs() + (anchored && Math.abs(aheadMs) <= CUE_SKEW_MS ? aheadMs : 0);
    }

    /** Observes the arrival of a packet of the leading track. */
    void observe(Packet packet) {
        newestMs = packet.timestampMs();
        if (rules.followsClock()) {
            long mediaMs = packet.timestampMs() - originMs;
            drift.observe(mediaMs, Math.floorDiv(packet.arrivalUs(), 1_000L) - wallMs - mediaMs);
        }
    }

    /**
     * Sets PROGRAM-DATE-TIME for a segment that begins with a discontinuity.
     *
     * @param startTicks start of the segment, 90 kHz
     * @param endWallMs PROGRAM-DATE-TIME of the end of the segment before
     */
    void discontinueAt(long startTicks, long endWallMs) {
        long aheadMs = wallMs(startTicks) - endWallMs;
        if (rules.followsClock()) {
            long stepMs = drift.move(Math.max(0, aheadMs), Long.MAX_VALUE);
            wallMs += stepMs;
            aheadMs += stepMs;
        }
        if (aheadMs < 0) {
            // The nodes' wall clocks differ, but the playlist's PROGRAM-DATE-TIME must not go back.
            wallMs -= aheadMs;
        }
    }

    /** Moves PROGRAM-DATE-TIME between {@code closed} and the next segment, which continues it. */
    void continueAfter(Segment closed) {
        if (rules.followsClock()) {
            long largestMs = rules.largestStepMs();
            wallMs += drift.move(closed.mostBackMs(largestMs), closed.mostForwardMs(largestMs));
        }
    }

    Generic write(Generic cutter) {
        return cutter.put("startedAtMs", startedAtMs).put("anchored", anchored)
                .put("anticipated", anticipated).put("originMs", originMs).put("newestMs", newestMs)
                .put("timestampOffsetMs", timestampOffsetMs)
                .put("wallMs", wallMs).put("drift", drift.write(cutter.child("drift")));
    }

    static Line read(EpochRules rules, Generic cutter) {
        Line line = new Line(rules);
        line.startedAtMs = cutter.int64("startedAtMs");
        line.anchored = cutter.bool("anchored");
        line.anticipated = cutter.bool("anticipated");
        line.originMs = cutter.int64("originMs");
        line.timestampOffsetMs = cutter.int64("timestampOffsetMs");
        line.newestMs = cutter.int64("newestMs");
        line.wallMs = cutter.int64("wallMs");
        line.drift = ClockDrift.read(cutter.record("drift"));
        return line;
    }
}
