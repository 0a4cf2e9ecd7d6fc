package io.millrace.segmenter.cut;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.remux.TrackMedia;
import io.millrace.platform.log.Cue;
import io.millrace.platform.log.CueRequest;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.log.TrackSet;
import io.millrace.platform.timeline.SessionFold;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Cuts one epoch of a stream into segments and parts, by the rules of docs/protocols.md, section 9.
 *
 * <p>One track leads: video if the session has video, otherwise audio. A segment begins at a keyframe of the leading
 * track; if no keyframe arrives in time, it begins at any frame and is marked as not independent. A frame is added to a
 * part when its successor arrives, because only then is its duration known. {@link Boundaries} decides where segments
 * begin, {@link Segments} opens and closes them, and {@link Segment} decides where parts end.
 *
 * <p>Part of the fold: no clock, no randomness, integers only. The caller passes only packets that belong to the
 * stream's current session.
 */
final class Cutter {
    /** A session that has no video configuration for this long, measured by audio timestamps, has no video. */
    private static final long NO_VIDEO_MS = 3_000;

    private final Playlist playlist;
    private final Line line;
    private final DefaultTracks tracks;
    private final EncoderFaults faults;
    private final FurtherTracks further;
    /** Languages and names of tracks, from the encoder's metadata. */
    private final Map<TrackId, TrackLabel> labels = new TreeMap<>();
    private final CaptionFinder captions;
    private final Ladder ladder;
    private final Segments segments;
    private final Boundaries boundaries;

    Cutter(long epoch, EpochRules rules) {
        playlist = new Playlist(epoch, rules);
        line = new Line(rules);
        tracks = new DefaultTracks();
        faults = new EncoderFaults(rules);
        further = new FurtherTracks(rules);
        captions = new CaptionFinder();
        ladder = new Ladder(further, labels, captions);
        segments = new Segments(playlist, line, tracks, ladder);
        boundaries = new Boundaries(playlist, tracks, further, segments);
    }

    private Cutter(EpochRules rules, Generic g) {
        playlist = Playlist.read(rules, g);
        line = Line.read(rules, g);
        tracks = DefaultTracks.read(g);
        faults = EncoderFaults.read(rules, g);
        further = FurtherTracks.read(rules, g);
        g.list("labels", label -> labels.put(TrackLabel.readTrack(label, "id"), TrackLabel.read(label)));
        captions = CaptionFinder.read(g);
        ladder = new Ladder(further, labels, captions);
        ladder.read(g);
        segments = Segments.read(playlist, line, tracks, ladder, g);
        boundaries = new Boundaries(playlist, tracks, further, segments);
        boundaries.read(g);
    }

    /** Returns the longest duration of a part of the leading track, 90 kHz; final when there are cuts. */
    long partTicks() {
        return playlist.partTicks();
    }

    EpochRules rules() {
        return playlist.rules;
    }

    long session() {
        return segments.session();
    }

    /**
     * Returns the PROGRAM-DATE-TIME of the end of the last segment whose cuts are all written, or the start of the
     * session without such a segment; ms since 1970.
     */
    long endMs() {
        return segments.endMs();
    }

    /**
     * Returns by how many ms PROGRAM-DATE-TIME has been moved in the session to follow the ingest clock; negative if to
     * an earlier time.
     */
    long movedMs() {
        return line.movedMs();
    }

    /** Begins a session. The caller must have closed the open segment. */
    void beginSession(long number, SessionStarted started) {
        segments.beginSession(number);
        line.beginSession(started);
        tracks.beginSession();
        further.beginSession();
        segments.beginLine();
        labels.clear();
    }

    /**
     * Closes the open segment, because the session ends, or packets are missing here. The next segment begins at a
     * keyframe, with a discontinuity.
     */
    void leave(Step out) {
        close(out);
        segments.discontinue();
    }

    /**
     * Closes the open segment and begins a new line of timestamps.
     *
     * @param packet at time 0 of the line
     * @param timestampOffsetMs turns timestamps of the line into times of the epoch's FLV timeline
     */
    void beginLine(Packet packet, long timestampOffsetMs, Step out) {
        leave(out);
        line.setTimestampOffset(timestampOffsetMs);
        if (!line.isContinuedBy(packet, EncoderFaults.LARGEST_SKEW_MS)) {
            if (line.begin(packet)) {
                out.warn(StreamWarning.TIMESTAMP_JUMP, "timestamps jumped to " + packet.timestampMs() + " ms");
            }
            further.beginLine();
            segments.beginLine();
        }
        faults.beginLine(packet.timestampMs());
        tracks.beginLine();
        boundaries.beginLine();
    }

    /**
     * Adds an encoder's cue point.
     *
     * @param position of its packet
     * @return empty if it is dropped
     */
    Optional<Cue> cue(CuePoint point, Packet packet, long position, Step out) {
        return segments.cues().add(point, position, line.wallMsOf(packet), out);
    }

    /**
     * Adds a cue, or ends a date range.
     *
     * @param position of the request
     * @return empty if the request is void
     */
    Optional<Cue> cue(CueRequest request, long position, Step out) {
        return segments.cues().add(request, position, line.newestWallMs(), out);
    }

    /** Takes what the encoder says about its tracks; it applies from the next segment on. */
    void label(Map<TrackId, TrackLabel> announced) {
        if (playlist.rules.cutsTracksByTime()) {
            labels.putAll(announced);
        }
    }

    /**
     * Sets the configuration of a track.
     *
     * @throws io.millrace.media.bytes.MalformedException if the configuration cannot be read
     */
    void config(Packet packet, Step out) {
        if (!playlist.rules.cutsTracksByTime() || !packet.mayHaveFurtherTracks()) {
            config(packet.media(), out);
            return;
        }
        for (TrackMedia media : packet.allMedia()) {
            if (media.track() == 0) {
                config(media, out);
            } else if (media instanceof TrackMedia.Configuration configuration) {
                further.configure(packet.kind(), configuration, out);
            }
        }
    }

    private void config(TrackMedia media, Step out) {
        try {
            if (media instanceof TrackMedia.Configuration(_, var codec, var record)
                    && !codec.isSelfDescribing()) {
                tracks.configure(new TrackConfig(CodecConfig.parse(codec, record)));
            }
        } catch (UnsupportedException e) {
            out.drop("unsupported");
            out.warn(StreamWarning.UNSUPPORTED_TRACK, e.getMessage());
        }
    }

    /**
     * Adds the frames of a packet.
     *
     * @param offset offset of the packet
     * @param sessions the session fold after this packet, for the head of a segment that begins with the packet
     */
    void frame(long offset, Packet packet, SessionFold sessions, Step out) {
        frame(new AtPacket(offset, sessions), packet, out);
    }

    private void frame(AtPacket at, Packet packet, Step out) {
        if (!playlist.rules.cutsTracksByTime() || !packet.mayHaveFurtherTracks()) {
            defaultFrame(at, packet, out);
            return;
        }
        try {
            for (TrackMedia media : packet.allMedia()) {
                if (media.track() == 0) {
                    defaultFrame(at, packet, out);
                } else if (media instanceof TrackMedia.AccessUnit unit) {
                    furtherFrame(at.offset(), packet, unit, out);
                }
            }
        } catch (MediaException e) {
            out.drop(e.reason());
        }
    }

    private void furtherFrame(long offset, Packet packet, TrackMedia.AccessUnit unit, Step out) {
        TrackId id = new TrackId(packet.kind(), unit.track());
        if (!ladder.isOpenTo(id)) {
            out.dropFrames("track_left", 1);
            ladder.warnOfLeft(out);
            return;
        }
        line.anticipate(packet);
        if (further.config(id) != null) {
            captions.search(id, further.config(id), unit);
        }
        FurtherTracks.Placed placed = further.place(offset, packet, unit, line.originMs(), out);
        if (placed == null) {
            out.dropFrames("no_config", 1);
        } else {
            segments.follow(id, placed, keptTicks(packet), out);
        }
    }

    private void defaultFrame(AtPacket at, Packet packet, Step out) {
        if (packet.kind() == Packet.Kind.VIDEO) {
            video(at, packet, out);
        } else {
            audioUnit(at, packet, out);
        }
        if (tracks.leads(packet.kind())) {
            line.observe(packet);
        }
    }

    private void audioUnit(AtPacket at, Packet packet, Step out) {
        try {
            if (packet.media() instanceof TrackMedia.AccessUnit unit) {
                unit.codec().inBand(unit.data()).ifPresent(config -> tracks.configure(new TrackConfig(config)));
                TrackConfig audio = tracks.audio();
                boolean configured = audio != null && audio.codec() == unit.codec();
                audio(at, packet, configured ? audio.frameSamples(unit.data(), playlist.rules) : 0, out);
            }
        } catch (MediaException e) {
            // Ingest has validated the packet, but an ingest node of another release may accept more than this one can
            // read.
            out.drop(e.reason());
        }
    }

    private void video(AtPacket at, Packet packet, Step out) {
        if (tracks.video() == null) {
            out.drop("no_config");
            return;
        }
        if (playlist.rules.cutsTracksByTime()) {
            inspect(packet);
        }
        faults.video(packet, out);
        boundaries.video(tracks.videoClock().place(Frame.of(at.offset(), packet), line.originMs()), at, out);
    }

    /** Finds in a video frame what its configuration does not say: the size of the picture, and captions. */
    private void inspect(Packet packet) {
        try {
            if (packet.media() instanceof TrackMedia.AccessUnit unit) {
                if (packet.isKeyframe() && tracks.video().isSizedByKeyframes()) {
                    tracks.keyframe(unit);
                }
                captions.search(TrackId.VIDEO, tracks.video(), unit);
            }
        } catch (MediaException _) {
            // An ingest node of another release may accept more than this one can read. The size stays.
        }
    }

    /** @param samples duration of the frame in samples, 0 if its codec is not configured */
    private void audio(AtPacket at, Packet packet, int samples, Step out) {
        if (samples == 0) {
            out.drop("no_config");
            return;
        }
        Draft frame = tracks.audioClock().place(Frame.of(at.offset(), packet), line.originMs(), tracks.audio(),
                samples);
        long silentMs = faults.audio(packet, tracks.videoLeads(), out);
        if (!tracks.audioLeads() && isWithoutPictures(at, silentMs)) {
            segments.leadByAudio(out).forEach(waiting -> boundaries.audio(waiting, at, out));
        }
        if (tracks.audioLeads()) {
            boundaries.audio(frame, at, out);
        } else {
            follow(frame, packet, out);
        }
    }

    /** @param silentMs for how long there has been no picture */
    private boolean isWithoutPictures(AtPacket at, long silentMs) {
        if (tracks.video() != null) {
            return silentMs > playlist.capTicks() / 90;
        }
        TrackSet announced = at.sessions().tracks();
        boolean hasNoVideo = playlist.rules.cutsTracksByTime() && announced.isKnown() && announced.video() == null;
        return hasNoVideo || silentMs > NO_VIDEO_MS;
    }

    /** Sound leads if no picture comes, so all of it since the last one waits while no segment is open; 90 kHz. */
    private long keptTicks(Packet packet) {
        long moreMs = packet.kind() == Packet.Kind.AUDIO ? Math.max(0, faults.sinceVideoMs(packet)) : 0;
        return WaitingParts.LONGEST_WAIT_TICKS + moreMs * 90;
    }

    private void follow(Draft frame, Packet packet, Step out) {
        Segment segment = segments.open();
        if (playlist.rules.cutsTracksByTime()) {
            if (segment != null && segment.audio() == null) {
                segments.takesSound(out);
            }
            segments.follow(TrackId.AUDIO,
                    new FurtherTracks.Placed(frame, tracks.audioClock().due(frame.dts), tracks.audio()),
                    keptTicks(packet), out);
        } else if (segment == null) {
            out.drop("no_keyframe");
        } else if (!Objects.equals(segment.audio(), tracks.audio()) && !segments.takesSound(out)) {
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
     * Closes the open segment, if there is one, after the segment's newest frame. If sound has outlasted the pictures,
     * it leads to the end, so that none is missing; afterwards, the same track leads as before.
     */
    void close(Step out) {
        if (playlist.rules.cutsTracksByTime() && segments.soundOutlastsPictures()) {
            endBySound(out);
        } else {
            segments.end(out);
        }
    }

    private void endBySound(Step out) {
        DefaultTracks.Leading before = tracks.leading();
        List<Draft> sound = segments.leadByAudio(out);
        ladder.keepAll(true);
        try {
            sound.forEach(waiting -> boundaries.audio(waiting, AtPacket.END, out));
            segments.end(out);
        } finally {
            ladder.keepAll(false);
        }
        tracks.lead(before);
    }

    Generic write(Generic g) {
        playlist.write(g);
        line.write(g);
        tracks.write(g);
        faults.write(g);
        boundaries.write(g);
        further.write(g);
        ladder.write(g);
        g.list("labels", List.copyOf(labels.entrySet()), (each, label) -> each.getValue().write(each.getKey(), label));
        captions.write(g);
        return segments.write(g);
    }

    static Cutter read(EpochRules rules, Generic g) {
        return new Cutter(rules, g);
    }
}
