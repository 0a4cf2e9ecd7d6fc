package io.millrace.segmenter.cut;

import io.millrace.platform.log.RecordSchema.Generic;

/**
 * Decides where segments begin: the rules of docs/protocols.md, section 9.2, applied to each frame of the leading
 * track. Confined to one thread.
 */
final class Boundaries {
    /** After this long without a keyframe, a segment may begin at a recovery point, and the session gets a warning. */
    private static final long NO_KEYFRAME_TICKS = 12L * 90_000;
    /**
     * The next frame may be this much longer than the previous frame without making the segment exceed its longest
     * duration.
     */
    private static final long UNEVEN_TICKS = 100 * 90;
    /** Tolerance for encoders that round: a GOP of 2.04 s counts as one of 2 s. */
    private static final long LONG_GOP_TICKS = 90_000 / 10;

    private final Playlist playlist;
    private final DefaultTracks tracks;
    private final FurtherTracks further;
    private final Segments segments;
    /** Video time that has passed while no segment was open, 90 kHz. */
    private long waitingTicks;

    Boundaries(Playlist playlist, DefaultTracks tracks, FurtherTracks further, Segments segments) {
        this.playlist = playlist;
        this.tracks = tracks;
        this.further = further;
        this.segments = segments;
    }

    void beginLine() {
        waitingTicks = 0;
    }

    /** Handles the next frame of the video track. Video leads from its first keyframe on. */
    void video(Draft frame, AtPacket at, Step out) {
        VideoClock clock = tracks.videoClock();
        boolean hole = clock.isHole(frame, playlist.partTicks());
        waitingTicks += segments.open() == null ? clock.gap(frame) : 0;
        long dueTicks = clock.due(frame);
        if (segments.open() != null && tracks.videoLeads()) {
            boolean late = dueTicks - segments.open().startTicks > playlist.capTicks();
            if (hole || late) {
                segments.interrupt(out);
            }
        }
        clock.advance(frame);
        if (!tracks.videoLeads() && frame.keyframe) {
            segments.interrupt(out);
            tracks.lead(DefaultTracks.Leading.VIDEO);
        }
        if (!tracks.videoLeads() || segments.open() == null) {
            openAtVideo(frame, at, out);
        } else if (isCutDue(frame, dueTicks, out)) {
            segments.closeBefore(frame, tracks.startTicks(frame), out);
            segments.open(frame, tracks.startTicks(frame), dueTicks, at, out);
        } else {
            segments.lead(frame, dueTicks, out);
        }
    }

    private void openAtVideo(Draft frame, AtPacket at, Step out) {
        boolean lastResort = tracks.videoLeads() && frame.recoveryPoint && waitingTicks > NO_KEYFRAME_TICKS;
        if (frame.keyframe || lastResort) {
            waitingTicks = 0;
            segments.open(frame, tracks.startTicks(frame), tracks.videoClock().due(frame), at, out);
            return;
        }
        out.drop("no_keyframe");
        if (waitingTicks > NO_KEYFRAME_TICKS) {
            out.warn(StreamWarning.NO_KEYFRAME,
                    "no keyframe for " + waitingTicks / 90_000 + " s: no segment can begin");
        }
    }

    /** Returns whether a segment begins with this frame, by rules 1 to 3. */
    private boolean isCutDue(Draft frame, long dueTicks, Step out) {
        long elapsed = dueTicks - segments.open().startTicks;
        if (frame.keyframe) {
            long gop = tracks.videoClock().gopTicks();
            if (gop > playlist.segmentTicks() + LONG_GOP_TICKS) {
                out.warn(StreamWarning.LONG_GOP, "keyframes are " + gop / 90 + " ms apart, segments should be "
                        + playlist.segmentTicks() / 90 + " ms");
            }
            playlist.fixTarget(gop, tracks.videoClock().gopFrames(), out::cut);
            if (tracks.differFrom(segments.open()) || further.haveChanged()) {
                segments.discontinue();
                return true;
            }
            return elapsed * 10 >= playlist.segmentTicks() * 9 || elapsed + gop > playlist.capTicks();
        }
        long frameTicks = tracks.videoClock().frameTicks();
        long expected = elapsed + frameTicks + Math.min(frameTicks, UNEVEN_TICKS);
        if (expected > playlist.capTicks() || segments.open().isFull() || !playlist.isPatient()) {
            out.warn(StreamWarning.NO_KEYFRAME,
                    "no keyframe within " + playlist.capTicks() / 90_000 + " s: segments begin without one");
            playlist.fixTarget(elapsed, 0, out::cut);
            return true;
        }
        return false;
    }

    /** Handles the next frame of the audio track, which leads. */
    void audio(Draft frame, AtPacket at, Step out) {
        AudioClock clock = tracks.audioClock();
        long dueTicks = clock.due(frame.dts);
        Segment segment = segments.open();
        if (segment != null) {
            long gap = dueTicks - segment.leadTicks();
            long frameTicks = clock.due(frame.duration) * 2;
            if (gap > playlist.partTicks() && gap > frameTicks || tracks.differFrom(segment)) {
                segments.interrupt(out);
            } else if (dueTicks - segment.startTicks >= playlist.segmentTicks() || segment.isFull()) {
                if (further.haveChanged()) {
                    segments.discontinue();
                }
                segments.closeBefore(frame, dueTicks, out);
            }
        }
        if (segments.open() == null) {
            segments.open(frame, dueTicks, dueTicks, at, out);
            playlist.fixTarget(0, 0, out::cut);
        } else {
            segments.lead(frame, dueTicks, out);
        }
    }

    Generic write(Generic cutter) {
        return cutter.put("waitingTicks", waitingTicks);
    }

    void read(Generic cutter) {
        waitingTicks = cutter.int64("waitingTicks");
    }
}
