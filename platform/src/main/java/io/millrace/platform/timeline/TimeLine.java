package io.millrace.platform.timeline;

import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RecordSchema.Generic;

/**
 * The epoch's FLV timeline: converts RTMP timestamps to milliseconds since the start of the epoch, across sessions and
 * timestamp jumps.
 *
 * <p>A <i>line</i> is a run of timestamps that share one offset. Each session begins a line, and so does each jump
 * within a session; a new line continues where the previous one ended. Audio and video share the offset, which
 * preserves the encoder's A/V relation. While only one track has jumped, the other track is off the line and its frames
 * are dropped.
 *
 * <p>Confined to the thread of the owning fold. Integer arithmetic only.
 */
final class TimeLine {
    /** A timestamp further back than this is a jump; a smaller step is disorder, which readers repair. */
    static final long BACKWARD_MS = 1_000;
    /** A timestamp further ahead than this is a jump; a smaller step is a hole. */
    static final long FORWARD_MS = 10_000;
    /**
     * How long a track may stay at the old time after the other one has jumped, measured in the track's own timestamps.
     */
    static final long STRAGGLING_MS = 2_000;
    /** Frame duration that is assumed until a track has had two frames: 25 frames per second. */
    private static final int DEFAULT_FRAME_MS = 40;
    private static final int LONGEST_FRAME_MS = 1_000;
    private static final long UNKNOWN = Long.MIN_VALUE;

    /**
     * Where a frame is on the timeline.
     *
     * @param timeMs ms since the start of the epoch; -1 if the frame is off the line
     * @param newLine whether a line begins with this frame
     */
    record Placed(long timeMs, boolean newLine) {
        static final Placed OFF = new Placed(-1, false);
    }

    /** Whether a line has begun. If not, the next frame begins one. */
    private boolean open;
    /** Time on the timeline minus RTMP timestamp, for the current line. */
    private long offsetMs;
    /** Start of the current line. Frames with earlier timestamps are placed here. */
    private long floorMs;
    /** Greatest time of a frame in the epoch. */
    private long lastTimeMs = UNKNOWN;
    /** RTMP timestamp of the latest frame on the line. */
    private long lineStampMs = UNKNOWN;
    private final Track audio = new Track();
    private final Track video = new Track();

    private static final class Track {
        /** Greatest RTMP timestamp of the track since the session began or the track jumped. */
        private long newestMs = UNKNOWN;
        /**
         * Duration of the track's latest frame, which a new line that begins with this track adds to the end of the old
         * one.
         */
        private int frameMs = DEFAULT_FRAME_MS;
        /** Whether the track is off the line, and the value of {@code newestMs} when it left the line. */
        private boolean off;
        private long offSinceMs;

        private boolean continues(long stampMs) {
            long delta = stampMs - newestMs;
            return newestMs != UNKNOWN && delta >= -BACKWARD_MS && delta <= FORWARD_MS;
        }

        private void advance(long stampMs) {
            long delta = stampMs - newestMs;
            if (newestMs != UNKNOWN && delta > 0 && delta <= LONGEST_FRAME_MS) {
                frameMs = (int) delta;
            }
            newestMs = Math.max(newestMs, stampMs);
        }

        private void leaveLine() {
            if (newestMs != UNKNOWN && !off) {
                off = true;
                offSinceMs = newestMs;
            }
        }

        private void reset() {
            newestMs = UNKNOWN;
            off = false;
            offSinceMs = 0;
        }
    }

    long offsetMs() {
        return offsetMs;
    }

    /** Makes the next frame begin a line at the current time of the epoch. */
    void beginSession() {
        open = false;
        lineStampMs = UNKNOWN;
        audio.reset();
        video.reset();
    }

    void beginEpoch() {
        beginSession();
        lastTimeMs = UNKNOWN;
        offsetMs = 0;
        floorMs = 0;
        // The state of a stream that has ended may be discarded, so no part of that state may matter in the next epoch.
        audio.frameMs = DEFAULT_FRAME_MS;
        video.frameMs = DEFAULT_FRAME_MS;
    }

    /** Continues a line in the middle, for a reader that starts there. */
    void continueLine(long timestampOffsetMs) {
        beginEpoch();
        open = true;
        offsetMs = timestampOffsetMs;
    }

    /** Returns the time of a packet that is not a frame. Configurations and data do not advance the line. */
    long timeOf(long stampMs) {
        if (open && lineStampMs != UNKNOWN && nearLine(stampMs)) {
            return Math.max(stampMs + offsetMs, floorMs);
        }
        return lastTimeMs == UNKNOWN ? 0 : lastTimeMs;
    }

    Placed place(Packet.Kind kind, long stampMs) {
        Track track = kind == Packet.Kind.VIDEO ? video : audio;
        if (!open) {
            return begin(track, stampMs);
        }
        if (track.off) {
            return placeOff(track, stampMs);
        }
        if (track.newestMs == UNKNOWN) {
            if (nearLine(stampMs)) {
                return join(track, stampMs);
            }
            track.newestMs = stampMs;
            track.leaveLine();
            return Placed.OFF;
        }
        // A track that resumes near the line after a silence, while the other one continued, has not jumped.
        boolean silent = stampMs > track.newestMs && nearLine(stampMs);
        return track.continues(stampMs) || silent ? join(track, stampMs) : begin(track, stampMs);
    }

    private Placed placeOff(Track track, long stampMs) {
        boolean near = nearLine(stampMs);
        if (!track.continues(stampMs)) {
            return near ? join(track, stampMs) : begin(track, stampMs);
        }
        boolean nearer = near && Math.abs(stampMs - lineStampMs) <= Math.abs(stampMs - track.newestMs);
        boolean patient = stampMs - track.offSinceMs <= STRAGGLING_MS;
        if (nearer || near && !patient) {
            return join(track, stampMs);
        }
        if (!patient && track == video) {
            // Only the audio has jumped, and it stays there: video wins, and audio is dropped until it is near the line
            // again.
            return begin(track, stampMs);
        }
        track.advance(stampMs);
        return Placed.OFF;
    }

    private boolean nearLine(long stampMs) {
        return lineStampMs == UNKNOWN || Math.abs(stampMs - lineStampMs) <= FORWARD_MS;
    }

    private Placed begin(Track track, long stampMs) {
        long startMs = lastTimeMs == UNKNOWN ? 0 : lastTimeMs + track.frameMs;
        if (open) {
            (track == video ? audio : video).leaveLine();
        }
        open = true;
        offsetMs = startMs - stampMs;
        floorMs = startMs;
        track.reset();
        return new Placed(join(track, stampMs).timeMs(), true);
    }

    private Placed join(Track track, long stampMs) {
        if (track.off) {
            track.reset();
        }
        track.advance(stampMs);
        lineStampMs = stampMs;
        long timeMs = Math.max(stampMs + offsetMs, floorMs);
        lastTimeMs = Math.max(lastTimeMs, timeMs);
        return new Placed(timeMs, false);
    }

    Generic write(Generic g) {
        return g.put("open", open).put("offsetMs", offsetMs).put("floorMs", floorMs).put("lastTimeMs", lastTimeMs)
                .put("lineStampMs", lineStampMs).put("audio", write(audio, g.child("audio")))
                .put("video", write(video, g.child("video")));
    }

    static TimeLine read(Generic g) {
        TimeLine line = new TimeLine();
        line.open = g.bool("open");
        line.offsetMs = g.int64("offsetMs");
        line.floorMs = g.int64("floorMs");
        line.lastTimeMs = g.int64("lastTimeMs");
        line.lineStampMs = g.int64("lineStampMs");
        read(line.audio, g.record("audio"));
        read(line.video, g.record("video"));
        return line;
    }

    private static Generic write(Track track, Generic g) {
        return g.put("newestMs", track.newestMs).put("frameMs", track.frameMs).put("off", track.off).put("offSinceMs",
                track.offSinceMs);
    }

    private static void read(Track track, Generic g) {
        track.newestMs = g.int64("newestMs");
        track.frameMs = g.int32("frameMs");
        track.off = g.bool("off");
        track.offSinceMs = g.int64("offSinceMs");
    }
}
