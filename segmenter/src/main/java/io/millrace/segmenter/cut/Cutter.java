package io.millrace.segmenter.cut;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.remux.BodyReader;
import io.millrace.media.remux.TrackMedia;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.PeriodStart;
import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.Track;
import io.millrace.platform.timeline.SessionFold;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Cuts one epoch of a stream into segments and parts, by the rules of docs/protocols.md, section 9.
 *
 * <p>One track leads: video if the session has video, otherwise audio. A segment begins at a keyframe of the leading
 * track; if no keyframe arrives in time, it begins at any frame and is marked as not independent. A frame is added to a
 * part when its successor arrives, because only then is its duration known.
 *
 * <p>Part of the fold: no clock, no randomness, integers only. The caller passes only packets that belong to the
 * stream's current session.
 */
final class Cutter {
    /** A session that has no video configuration for this long, measured by audio timestamps, has no video. */
    private static final long NO_VIDEO_MS = 3_000;
    /** After this long without a keyframe, a segment may begin at a recovery point, and the session gets a warning. */
    private static final long NO_KEYFRAME_TICKS = 12L * 90_000;

    /**
     * The next frame may be this much longer than the previous frame without making the segment exceed its longest
     * duration.
     */
    private static final long UNEVEN_TICKS = 100 * 90;

    /** Tolerance for encoders that round: a GOP of 2.04 s counts as one of 2 s. */
    private static final long LONG_GOP_TICKS = 90_000 / 10;
    /**
     * Largest difference between the timestamps of audio and video without a warning, measured at the arrival of a
     * video frame.
     */
    private static final long LARGEST_SKEW_MS = 1_000;
    /**
     * A track that has no frame for this long, measured by the other track's timestamps, is silent, which makes players
     * stop.
     */
    private static final long SILENCE_MS = 3_000;
    private static final long NEVER = Long.MIN_VALUE;

    private enum Leading { UNDECIDED, VIDEO, AUDIO }

    private final Playlist playlist;
    private long session = -1;
    /** Start of the session by its claim, ms since 1970. */
    private long startedAtMs;
    private Leading leading = Leading.UNDECIDED;
    private TrackConfig video;
    private TrackConfig audio;
    /** Whether the session has begun a line of timestamps. */
    private boolean anchored;
    /** Packet timestamp at time 0 of the line. */
    private long originMs;
    /** PROGRAM-DATE-TIME at time 0 of the line, ms since 1970. */
    private long wallMs;
    /** PROGRAM-DATE-TIME of the end of the last closed segment, {@link Long#MIN_VALUE} without one. */
    private long endWallMs = Long.MIN_VALUE;
    /** Whether the next segment begins with a discontinuity. */
    private boolean discontinuous;
    /** Timestamp of the newest video frame, or of the line's first packet before it. */
    private long videoSeenMs;
    /** Timestamp of the newest audio frame on this line, {@link #NEVER} before the first. */
    private long audioMs = NEVER;
    /** Video time that has passed while no segment was open, 90 kHz. */
    private long waitingTicks;
    private VideoClock videoClock = new VideoClock();
    private AudioClock audioClock = new AudioClock();
    private ClockDrift drift = new ClockDrift();
    /** The open segment, or null. */
    private Segment segment;

    Cutter(long epoch, EpochRules rules) {
        playlist = new Playlist(epoch, rules);
    }

    int targetDurationS() {
        return playlist.targetDurationS();
    }

    EpochRules rules() {
        return playlist.rules;
    }

    long session() {
        return session;
    }

    /**
     * Returns the PROGRAM-DATE-TIME of the end of the last closed segment, or the start of the session if no segment
     * has been closed; ms since 1970.
     */
    long endMs() {
        return endWallMs == Long.MIN_VALUE ? startedAtMs : endWallMs;
    }

    /**
     * Returns by how many ms PROGRAM-DATE-TIME has been moved in the session to follow the ingest clock; negative if to
     * an earlier time.
     */
    long movedMs() {
        return drift.movedMs();
    }

    /** Begins a session. The caller must have closed the open segment. */
    void beginSession(long number, SessionStarted started) {
        session = number;
        startedAtMs = started.startedAtMs();
        leading = Leading.UNDECIDED;
        video = null;
        audio = null;
        anchored = false;
        discontinuous = true;
        drift = new ClockDrift();
    }

    /** Closes the open segment, because packets are or may be missing here. The next segment begins at a keyframe. */
    void interrupt(Step out) {
        close(out);
        discontinuous = true;
    }

    /**
     * Sets the configuration of a track.
     *
     * @throws io.millrace.media.bytes.MalformedException if the configuration cannot be read
     */
    void config(Packet packet, Step out) {
        try {
            if (packet.media() instanceof TrackMedia.Configuration(_, var codec, var record)
                    && !codec.isSelfDescribing()) {
                TrackConfig config = new TrackConfig(CodecConfig.parse(codec, record));
                if (codec.isVideo()) {
                    video = config;
                } else {
                    audio = config;
                }
            }
        } catch (UnsupportedException e) {
            out.drop("unsupported");
            out.warn(StreamWarning.UNSUPPORTED_TRACK, e.getMessage());
        }
    }

    /**
     * Adds a frame.
     *
     * @param offset offset of the packet
     * @param sessions the session fold after this packet, for the head of a segment that begins with the packet
     */
    void frame(long offset, Packet packet, SessionFold sessions, Step out) {
        if (packet.kind() == Packet.Kind.VIDEO) {
            video(offset, packet, sessions, out);
        } else {
            audioUnit(offset, packet, sessions, out);
        }
        if (playlist.rules.followsClock() && leading == leadingOf(packet.kind())) {
            long mediaMs = packet.timestampMs() - originMs;
            drift.observe(mediaMs, Math.floorDiv(packet.arrivalUs(), 1_000L) - wallMs - mediaMs);
        }
    }

    private static Leading leadingOf(Packet.Kind kind) {
        return kind == Packet.Kind.VIDEO ? Leading.VIDEO : Leading.AUDIO;
    }

    private void audioUnit(long offset, Packet packet, SessionFold sessions, Step out) {
        try {
            if (packet.media() instanceof TrackMedia.AccessUnit unit) {
                unit.codec().inBand(unit.data()).ifPresent(config -> audio = new TrackConfig(config));
                boolean configured = audio != null && audio.codec() == unit.codec();
                audio(offset, packet, configured ? audio.frameSamples(unit.data(), playlist.rules) : 0, sessions, out);
            }
        } catch (MediaException e) {
            // Ingest has validated the packet, but an ingest node of another release may accept more than this one can
            // read.
            out.drop(e.reason());
        }
    }

    /** Closes the open segment and begins a new line of timestamps. {@code packet} is at time 0 of the line. */
    void beginLine(Packet packet, Step out) {
        close(out);
        if (anchored) {
            out.warn(StreamWarning.TIMESTAMP_JUMP, "timestamps jumped to " + packet.timestampMs() + " ms");
        }
        audioMs = NEVER;
        originMs = packet.timestampMs();
        wallMs = anchored ? Math.floorDiv(packet.arrivalUs(), 1_000L) : startedAtMs;
        anchored = true;
        videoSeenMs = originMs;
        discontinuous = true;
        waitingTicks = 0;
        videoClock.beginLine();
        audioClock.beginLine();
        drift.beginLine();
    }

    private void video(long offset, Packet packet, SessionFold sessions, Step out) {
        if (video == null) {
            out.drop("no_config");
            return;
        }
        videoSeenMs = packet.timestampMs();
        inspect(packet, out);
        Draft frame = videoClock.place(offset, packet, originMs);
        boolean hole = videoClock.isHole(frame, playlist.partTicks());
        waitingTicks += segment == null ? videoClock.gap(frame) : 0;
        long dueTicks = videoClock.due(frame);
        if (segment != null && leading == Leading.VIDEO) {
            boolean late = dueTicks - segment.startTicks > playlist.capTicks();
            if (hole || late) {
                interrupt(out);
            }
        }
        videoClock.advance(frame);
        if (leading != Leading.VIDEO && frame.keyframe) {
            interrupt(out);
            leading = Leading.VIDEO;
        }
        if (leading != Leading.VIDEO || segment == null) {
            openAtVideo(frame, sessions, out);
        } else if (isCutDue(frame, dueTicks, out)) {
            closeBefore(frame, startTicks(frame), out);
            open(frame, startTicks(frame), dueTicks, sessions, out);
        } else {
            segment.lead(frame, dueTicks, playlist.partTicks(), cut -> playlist.add(cut, out::cut));
        }
    }

    /** Warns of encoder faults that affect players or viewers. */
    private void inspect(Packet packet, Step out) {
        boolean flagged = BodyReader.isFlaggedKey(packet.bodyFormat(), packet.body());
        if (flagged != packet.isKeyframe()) {
            out.warn(StreamWarning.KEYFRAME_FLAGS, flagged
                    ? "frames are flagged as keyframes but cannot be decoded on their own"
                    : "keyframes are not flagged as such");
        }
        // Only at video frames: in a slow slide show, video lags behind audio between any two frames, which is no
        // fault.
        if (audioMs != NEVER && isSilent(packet.timestampMs() - audioMs)) {
            out.warn(StreamWarning.TRACK_SILENT, "no audio for " + (packet.timestampMs() - audioMs) / 1_000
                    + " s while video arrives: players stop");
        } else if (audioMs != NEVER && Math.abs(packet.timestampMs() - audioMs) > LARGEST_SKEW_MS) {
            out.warn(StreamWarning.TRACK_SKEW, "video is " + Math.abs(packet.timestampMs() - audioMs) + " ms "
                    + (packet.timestampMs() > audioMs ? "ahead of" : "behind") + " audio");
        }
    }

    /** Returns whether a track is silent. Epochs with earlier rules never report silence. */
    private boolean isSilent(long silentMs) {
        return playlist.rules.hasOneTrackSet() && silentMs > SILENCE_MS;
    }

    private void openAtVideo(Draft frame, SessionFold sessions, Step out) {
        boolean lastResort = leading == Leading.VIDEO && frame.recoveryPoint && waitingTicks > NO_KEYFRAME_TICKS;
        if (frame.keyframe || lastResort) {
            waitingTicks = 0;
            open(frame, startTicks(frame), videoClock.due(frame), sessions, out);
            return;
        }
        out.drop("no_keyframe");
        if (waitingTicks > NO_KEYFRAME_TICKS) {
            out.warn(StreamWarning.NO_KEYFRAME,
                    "no keyframe for " + waitingTicks / 90_000 + " s: no segment can begin");
        }
    }

    /** Returns whether a segment begins with this frame, by rules 1 to 3 of docs/protocols.md, section 9.2. */
    private boolean isCutDue(Draft frame, long dueTicks, Step out) {
        long elapsed = dueTicks - segment.startTicks;
        if (frame.keyframe) {
            long gop = videoClock.gopTicks();
            if (gop > playlist.segmentTicks() + LONG_GOP_TICKS) {
                out.warn(StreamWarning.LONG_GOP, "keyframes are " + gop / 90 + " ms apart, segments should be "
                        + playlist.segmentTicks() / 90 + " ms");
            }
            playlist.fixTarget(gop, out::cut);
            if (configChanged()) {
                discontinuous = true;
                return true;
            }
            return elapsed * 10 >= playlist.segmentTicks() * 9 || elapsed + gop > playlist.capTicks();
        }
        long frameTicks = videoClock.frameTicks();
        long expected = elapsed + frameTicks + Math.min(frameTicks, UNEVEN_TICKS);
        if (expected > playlist.capTicks() || segment.isFull() || !playlist.isPatient()) {
            out.warn(StreamWarning.NO_KEYFRAME,
                    "no keyframe within " + playlist.capTicks() / 90_000 + " s: segments begin without one");
            playlist.fixTarget(elapsed, out::cut);
            return true;
        }
        return false;
    }

    private boolean configChanged() {
        return !Objects.equals(segment.video, leading == Leading.VIDEO ? video : null)
                || !Objects.equals(segment.audio(), audio);
    }

    /** @param samples duration of the frame in samples, 0 if its codec is not configured */
    private void audio(long offset, Packet packet, int samples, SessionFold sessions, Step out) {
        if (samples == 0) {
            out.drop("no_config");
            return;
        }
        audioMs = packet.timestampMs();
        Draft frame = audioClock.place(offset, packet, originMs, audio, samples);
        long silentMs = packet.timestampMs() - videoSeenMs;
        if (leading == Leading.VIDEO && isSilent(silentMs)) {
            out.warn(StreamWarning.TRACK_SILENT,
                    "no video for " + silentMs / 1_000 + " s while audio arrives: players stop");
        }
        if (leading != Leading.AUDIO && silentMs > (video == null ? NO_VIDEO_MS : playlist.capTicks() / 90)) {
            interrupt(out);
            leading = Leading.AUDIO;
        }
        if (leading == Leading.AUDIO) {
            leadAudio(frame, sessions, out);
        } else if (segment == null) {
            out.drop("no_keyframe");
        } else if (!Objects.equals(segment.audio(), audio) && !takesSound(out)) {
            // A segment has one configuration: the new one applies from the next keyframe on.
            out.drop("new_config");
        } else {
            Draft last = segment.lastAudio();
            if (last != null) {
                last.endAt(frame.dts);
            }
            if (!segment.follow(frame)) {
                out.drop("over_limit");
            }
        }
    }

    /**
     * Adds the audio track to the open segment if possible. Audio that is identified after the first video frame
     * belongs to that frame's segment; otherwise the segment would be silent.
     */
    private boolean takesSound(Step out) {
        if (!playlist.rules.takesLateSound() || !segment.takeSound(audio)) {
            return false;
        }
        opened(segment.video, audio, out);
        return true;
    }

    private void leadAudio(Draft frame, SessionFold sessions, Step out) {
        long dueTicks = audioClock.due(frame.dts);
        if (segment != null) {
            long gap = dueTicks - segment.leadTicks();
            long frameTicks = audioClock.due(frame.duration) * 2;
            if (gap > playlist.partTicks() && gap > frameTicks || configChanged()) {
                interrupt(out);
            } else if (dueTicks - segment.startTicks >= playlist.segmentTicks() || segment.isFull()) {
                closeBefore(frame, dueTicks, out);
            }
        }
        if (segment == null) {
            open(frame, dueTicks, dueTicks, sessions, out);
            playlist.fixTarget(0, out::cut);
        } else {
            segment.lead(frame, dueTicks, playlist.partTicks(), cut -> playlist.add(cut, out::cut));
        }
    }

    /**
     * Returns the start of a segment that begins with {@code frame}: for a keyframe, its presentation time if that is
     * within a frame of the decoding time.
     */
    private long startTicks(Draft frame) {
        long shown = frame.dts + frame.compositionTicks;
        long due = videoClock.due(frame);
        return frame.keyframe && Math.abs(shown - due) <= videoClock.frameTicks() ? shown : due;
    }

    private void open(Draft frame, long startTicks, long dueTicks, SessionFold sessions, Step out) {
        boolean isNew = discontinuous && !playlist.isFirstSegment();
        if (isNew) {
            discontinueAt(startTicks);
        }
        TrackConfig leadVideo = leading == Leading.VIDEO ? video : null;
        if (isNew || playlist.isFirstSegment()) {
            playlist.beginPeriod(new PeriodStart(startTicks, wallMs + Math.floorDiv(startTicks, 90L)));
        }
        long number = playlist.nextSegment();
        var start = new SegmentStart(frame.keyframe, isNew, playlist.discontinuity(isNew), playlist.targetDurationS(),
                playlist.period());
        var segmentHead = new Cut.SegmentHead(playlist.rules, start, tracks(leadVideo, audio), originMs,
                sessions.timestampOffsetMs(), ByteBuffer.wrap(sessions.toBytes()));
        Cut opening = new Cut(new PartId(playlist.epoch, number, 0), session, false, frame.keyframe,
                new Cut.PacketRange(frame.offset, frame.offset), new PartTimes(startTicks, 0, 0, 0), segmentHead,
                List.of());
        segment = new Segment(opening, leadVideo, audio, wallMs);
        segment.lead(frame, dueTicks, playlist.partTicks(), cut -> playlist.add(cut, out::cut));
        discontinuous = false;
        opened(leadVideo, audio, out);
    }

    /** Sets PROGRAM-DATE-TIME for a segment that begins with a discontinuity at {@code startTicks}. */
    private void discontinueAt(long startTicks) {
        long aheadMs = wallMs + Math.floorDiv(startTicks, 90L) - endWallMs;
        if (playlist.rules.followsClock()) {
            long stepMs = drift.move(Math.max(0, aheadMs), Long.MAX_VALUE);
            wallMs += stepMs;
            aheadMs += stepMs;
        }
        if (aheadMs < 0) {
            // The nodes' wall clocks differ, but the playlist's PROGRAM-DATE-TIME must not go back.
            wallMs -= aheadMs;
        }
    }

    private void opened(TrackConfig withVideo, TrackConfig withAudio, Step out) {
        out.addOpening(withVideo, withAudio);
        HlsGap.of(playlist.rules, withVideo, withAudio)
                .ifPresent(gap -> out.warn(StreamWarning.CODEC_NOT_IN_HLS, gap));
    }

    private static List<Track> tracks(TrackConfig video, TrackConfig audio) {
        List<Track> tracks = new ArrayList<>(2);
        if (video != null) {
            tracks.add(video.track(Packet.Kind.VIDEO));
        }
        if (audio != null) {
            tracks.add(audio.track(Packet.Kind.AUDIO));
        }
        return List.copyOf(tracks);
    }

    private void closeBefore(Draft successor, long endTicks, Step out) {
        segment.lead().endAt(successor.dts);
        Segment closed = segment;
        closeAt(endTicks, out);
        if (!discontinuous && playlist.rules.followsClock()) {
            long largestMs = playlist.rules.largestStepMs();
            wallMs += drift.move(closed.mostBackMs(largestMs), closed.mostForwardMs(largestMs));
        }
    }

    /** Closes the open segment, if there is one, after the segment's newest frame. */
    void close(Step out) {
        if (segment != null) {
            Draft lead = segment.lead();
            long frameTicks = lead.isAudio()
                    ? audioClock.due(lead.dts + lead.duration) - segment.leadTicks()
                    : videoClock.frameTicks();
            if (!lead.isAudio()) {
                lead.endAt(lead.dts + frameTicks);
            }
            closeAt(segment.leadTicks() + frameTicks, out);
        }
    }

    private void closeAt(long endTicks, Step out) {
        Segment closing = segment;
        segment = null;
        long end = closing.close(endTicks, playlist.partTicks(), cut -> playlist.add(cut, out::cut));
        playlist.fixTarget(end - closing.startTicks, out::cut);
        endWallMs = wallMs + Math.floorDiv(end, 90L);
    }

    Generic write(Generic g) {
        playlist.write(g);
        TrackConfig.write(video, "video", g);
        TrackConfig.write(audio, "audio", g);
        return g.put("session", session).put("startedAtMs", startedAtMs).put("leading", leading.name())
                .put("anchored", anchored).put("originMs", originMs).put("wallMs", wallMs).put("endWallMs", endWallMs)
                .put("discontinuous", discontinuous).put("videoSeenMs", videoSeenMs).put("audioMs", audioMs)
                .put("waitingTicks", waitingTicks).put("videoClock", videoClock.write(g.child("videoClock")))
                .put("audioClock", audioClock.write(g.child("audioClock")))
                .put("drift", drift.write(g.child("drift")))
                .put("segment", segment == null ? null : segment.write(g.child("segment")));
    }

    static Cutter read(EpochRules rules, Generic g) {
        Cutter cutter = new Cutter(Playlist.read(rules, g));
        cutter.session = g.int64("session");
        cutter.startedAtMs = g.int64("startedAtMs");
        cutter.leading = g.symbol("leading", Leading.class);
        cutter.video = TrackConfig.read("video", g);
        cutter.audio = TrackConfig.read("audio", g);
        cutter.anchored = g.bool("anchored");
        cutter.originMs = g.int64("originMs");
        cutter.wallMs = g.int64("wallMs");
        cutter.endWallMs = g.int64("endWallMs");
        cutter.discontinuous = g.bool("discontinuous");
        cutter.videoSeenMs = g.int64("videoSeenMs");
        cutter.audioMs = g.int64("audioMs");
        cutter.waitingTicks = g.int64("waitingTicks");
        cutter.videoClock = VideoClock.read(g.record("videoClock"));
        cutter.audioClock = AudioClock.read(g.record("audioClock"));
        cutter.drift = ClockDrift.read(g.record("drift"));
        cutter.segment = g.isNull("segment") ? null : Segment.read(g.record("segment"));
        return cutter;
    }

    private Cutter(Playlist playlist) {
        this.playlist = playlist;
    }
}
