package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.PeriodStart;
import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.log.Track;
import io.millrace.platform.log.TrackId;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens and closes the segments of an epoch, one after the other, where {@link Boundaries} decides. Confined to one
 * thread.
 */
final class Segments {
    private static final long LARGEST_TOLERANCE_TICKS = 50 * 90;

    private final Playlist playlist;
    private final Line line;
    private final DefaultTracks tracks;
    private final Ladder ladder;
    private final WaitingParts waiting;
    private Cues cues = new Cues();
    private long session = -1;
    /** PROGRAM-DATE-TIME of the end of the last closed segment, {@link Long#MIN_VALUE} without one. */
    private long endWallMs = Long.MIN_VALUE;
    /** The same of the last segment whose cuts are all written. */
    private long writtenEndMs = Long.MIN_VALUE;
    /** Whether the next segment begins with a discontinuity. */
    private boolean discontinuous;
    /** The open segment, or null. */
    private Segment open;

    Segments(Playlist playlist, Line line, DefaultTracks tracks, Ladder ladder) {
        this.playlist = playlist;
        this.line = line;
        this.tracks = tracks;
        this.ladder = ladder;
        this.waiting = new WaitingParts(ladder, this::write);
    }

    void beginLine() {
        waiting.beginLine();
    }

    /** Begins a session. The open segment must be closed. */
    void beginSession(long number) {
        session = number;
        discontinuous = true;
    }

    long session() {
        return session;
    }

    Cues cues() {
        return cues;
    }

    /** Returns the open segment, or null. */
    Segment open() {
        return open;
    }

    /**
     * Returns the PROGRAM-DATE-TIME of the end of the last segment whose cuts are all written, or the start of the
     * session without such a segment; ms since 1970.
     */
    long endMs() {
        return writtenEndMs == Long.MIN_VALUE ? line.startedAtMs() : writtenEndMs;
    }

    /** Makes the next segment begin with a discontinuity. */
    void discontinue() {
        discontinuous = true;
    }

    /**
     * Opens a segment with its first frame.
     *
     * @param startTicks start of the segment, 90 kHz
     * @param dueTicks time of the frame for cutting, 90 kHz
     */
    void open(Draft frame, long startTicks, long dueTicks, AtPacket at, Step out) {
        waiting.open(startTicks, toleranceTicks(), out);
        boolean isNew = discontinuous && !playlist.isFirstSegment();
        if (isNew) {
            line.discontinueAt(startTicks, endWallMs);
            ladder.discontinue();
        }
        if (isNew || playlist.isFirstSegment()) {
            playlist.beginPeriod(new PeriodStart(startTicks, line.wallMs(startTicks)));
        }
        TrackConfig video = tracks.segmentVideo();
        TrackConfig audio = tracks.audio();
        long number = playlist.nextSegment();
        var start = new SegmentStart(frame.keyframe, isNew, playlist.discontinuity(isNew), playlist.targetDurationS(),
                playlist.period());
        var segmentHead = new Cut.SegmentHead(playlist.rules, start, list(video, audio), line.originMs(),
                line.timestampOffsetMs(), at.stateAfter(frame));
        Cut opening = new Cut(new PartId(playlist.epoch, number, 0), session, false, frame.keyframe,
                new Cut.PacketRange(frame.offset, frame.offset), new PartTimes(startTicks, 0, 0, 0), segmentHead,
                List.of());
        open = new Segment(opening, video, audio, line.wallMs());
        lead(frame, dueTicks, out);
        discontinuous = false;
        report(video, audio, out);
    }

    /** Adds the next frame of the leading track to the open segment. */
    void lead(Draft frame, long dueTicks, Step out) {
        open.lead(frame, dueTicks, playlist.partTicks(), part -> decided(part, out));
        waiting.lead(dueTicks, out);
    }

    private void decided(DecidedPart part, Step out) {
        if (playlist.rules.cutsTracksByTime()) {
            waiting.add(part, toleranceTicks());
        } else {
            write(part.cut(List.of()), out);
        }
    }

    private void write(Cut cut, Step out) {
        playlist.add(cues.attach(cut), out::cut);
        if (cut.last()) {
            writtenEndMs = DecidedPart.endWallMs(cut.times());
        }
        if (cut.head() != null && playlist.rules.cutsTracksByTime()) {
            out.addOpening(cut.head().tracks());
        }
    }

    /** Returns how far frames of two videos at the same time may be apart: half of a frame, 90 kHz. */
    private long toleranceTicks() {
        return tracks.videoLeads() ? Math.min(tracks.videoClock().frameTicks() / 2, LARGEST_TOLERANCE_TICKS) : 0;
    }

    /**
     * Adds a frame of a track other than the leading one (rules version 7).
     *
     * @param keptTicks while no segment is open, only the track's frames of this time wait for one, 90 kHz
     */
    void follow(TrackId track, FurtherTracks.Placed frame, long keptTicks, Step out) {
        waiting.follow(track, frame, out);
        if (open == null) {
            waiting.prune(track, keptTicks, out);
        }
    }

    /**
     * Adds the audio track to the open segment if possible. Audio that is identified after the first video frame
     * belongs to that frame's segment; otherwise the segment would be silent.
     */
    boolean takesSound(Step out) {
        if (!playlist.rules.takesLateSound() || !open.takeSound(tracks.audio(), track(TrackId.AUDIO, tracks.audio()))) {
            return false;
        }
        report(open.video, tracks.audio(), out);
        return true;
    }

    private void report(TrackConfig video, TrackConfig audio, Step out) {
        List<Track> all = new ArrayList<>(list(video, audio));
        all.addAll(ladder.furtherTracks());
        out.addOpening(all);
        HlsGap.of(playlist.rules, video, audio).ifPresent(gap -> out.warn(StreamWarning.CODEC_NOT_IN_HLS, gap));
    }

    private List<Track> list(TrackConfig video, TrackConfig audio) {
        List<Track> all = new ArrayList<>(2);
        if (video != null) {
            all.add(track(TrackId.VIDEO, video));
        }
        if (audio != null) {
            all.add(track(TrackId.AUDIO, audio));
        }
        return List.copyOf(all);
    }

    private Track track(TrackId id, TrackConfig config) {
        return ladder.track(id, config);
    }

    /** Closes the open segment at {@code endTicks}, where the next one begins with {@code successor}. */
    void closeBefore(Draft successor, long endTicks, Step out) {
        open.lead().endAt(successor.dts);
        Segment closed = open;
        closeAt(endTicks, out);
        if (!discontinuous) {
            line.continueAfter(closed);
        }
    }

    /**
     * Closes the open segment at a hole in its leading track, or because another track leads from now on. The next
     * segment begins at a keyframe.
     */
    void interrupt(Step out) {
        close(0, out);
        discontinuous = true;
    }

    /**
     * Returns whether sound waits for a picture and would be in no segment if none followed: it has continued for longer
     * after the newest picture of the open segment than the last part can have, or no segment is open. Sound before the
     * first segment of an epoch does not count, because that segment determines the epoch's further tracks.
     */
    boolean soundOutlastsPictures() {
        return open == null
                ? !playlist.isFirstSegment() && waiting.has(TrackId.AUDIO)
                : tracks.videoLeads()
                        && waiting.newestTicks(TrackId.AUDIO) >= endTicks() + WaitingParts.LONGEST_WAIT_TICKS;
    }

    /** Returns the end of the open segment if its newest frame is the last one, 90 kHz. */
    private long endTicks() {
        Draft lead = open.lead();
        return lead.isAudio()
                ? tracks.audioClock().due(lead.dts + lead.duration)
                : open.leadTicks() + tracks.videoClock().frameTicks();
    }

    /** Closes the open segment because the session or the line of timestamps ends, or packets are missing. */
    void end(Step out) {
        close(WaitingParts.LONGEST_WAIT_TICKS, out);
    }

    /**
     * Closes the open segment, if there is one, after the segment's newest frame.
     *
     * @param tailTicks how much longer than the leading track the other tracks may be; before version 7 of the rules,
     *        there is no limit
     */
    private void close(long tailTicks, Step out) {
        if (open != null) {
            Draft lead = open.lead();
            if (!lead.isAudio()) {
                lead.endAt(lead.dts + tracks.videoClock().frameTicks());
            }
            closeAt(endTicks(), out);
            waiting.flush(tailTicks, out);
        }
    }

    /** Makes the audio track lead from now on. Returns its frames that were waiting: they lead first. */
    List<Draft> leadByAudio(Step out) {
        interrupt(out);
        tracks.lead(DefaultTracks.Leading.AUDIO);
        return waiting.takeAll(TrackId.AUDIO, tracks.audio(), out);
    }

    private void closeAt(long endTicks, Step out) {
        Segment closing = open;
        open = null;
        long end = closing.close(endTicks, playlist.partTicks(), part -> decided(part, out));
        playlist.fixTarget(end - closing.startTicks, 0, out::cut);
        endWallMs = line.wallMs(end);
    }

    Generic write(Generic cutter) {
        waiting.write(cutter);
        return cutter.put("cues", cues.write(cutter.child("cues"))).put("session", session).put("endWallMs", endWallMs)
                .put("writtenEndMs", writtenEndMs)
                .put("discontinuous", discontinuous)
                .put("segment", open == null ? null : open.write(cutter.child("segment")));
    }

    static Segments read(Playlist playlist, Line line, DefaultTracks tracks, Ladder ladder, Generic cutter) {
        Segments segments = new Segments(playlist, line, tracks, ladder);
        segments.waiting.read(cutter);
        segments.cues = Cues.read(cutter.record("cues"));
        segments.writtenEndMs = cutter.int64("writtenEndMs");
        segments.session = cutter.int64("session");
        segments.endWallMs = cutter.int64("endWallMs");
        segments.discontinuous = cutter.bool("discontinuous");
        segments.open = cutter.isNull("segment") ? null : Segment.read(cutter.record("segment"));
        return segments;
    }
}
