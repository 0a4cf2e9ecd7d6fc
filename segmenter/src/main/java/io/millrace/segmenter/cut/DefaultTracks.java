package io.millrace.segmenter.cut;

import io.millrace.media.remux.TrackMedia;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RecordSchema.Generic;
import java.util.Objects;

/** The default tracks of a session: their configurations, their clocks, and which of them leads. Confined to one thread. */
final class DefaultTracks {
    enum Leading { UNDECIDED, VIDEO, AUDIO }

    private Leading leading = Leading.UNDECIDED;
    /** Null without a configuration. */
    private TrackConfig video;
    /** Null without a configuration. */
    private TrackConfig audio;
    private VideoClock videoClock = new VideoClock();
    private AudioClock audioClock = new AudioClock();

    void beginSession() {
        leading = Leading.UNDECIDED;
        video = null;
        audio = null;
    }

    void beginLine() {
        videoClock.beginLine();
        audioClock.beginLine();
    }

    void configure(TrackConfig config) {
        if (config.codec().isVideo()) {
            video = config.after(video);
        } else {
            audio = config;
        }
    }

    /** A keyframe of the video track is next. Its picture size is part of the configuration. */
    void keyframe(TrackMedia.AccessUnit unit) {
        if (video.codec() == unit.codec()) {
            video = video.at(unit.data());
        }
    }

    TrackConfig video() {
        return video;
    }

    TrackConfig audio() {
        return audio;
    }

    /** Returns the video configuration of a segment that begins now: null if video does not lead. */
    TrackConfig segmentVideo() {
        return videoLeads() ? video : null;
    }

    VideoClock videoClock() {
        return videoClock;
    }

    AudioClock audioClock() {
        return audioClock;
    }

    boolean videoLeads() {
        return leading == Leading.VIDEO;
    }

    boolean audioLeads() {
        return leading == Leading.AUDIO;
    }

    boolean leads(Packet.Kind kind) {
        return leading == (kind == Packet.Kind.VIDEO ? Leading.VIDEO : Leading.AUDIO);
    }

    Leading leading() {
        return leading;
    }

    void lead(Leading next) {
        leading = next;
    }

    /** Returns whether a track's configuration differs from that in {@code segment}. */
    boolean differFrom(Segment segment) {
        return !Objects.equals(segment.video, segmentVideo()) || !Objects.equals(segment.audio(), audio);
    }

    /**
     * Returns the start of a segment that begins with {@code frame} of the video track: for a keyframe, its
     * presentation time if that is within a frame of the decoding time; 90 kHz.
     */
    long startTicks(Draft frame) {
        long shown = frame.dts + frame.compositionTicks;
        long due = videoClock.due(frame);
        return frame.keyframe && Math.abs(shown - due) <= videoClock.frameTicks() ? shown : due;
    }

    Generic write(Generic cutter) {
        TrackConfig.write(video, "video", cutter);
        TrackConfig.write(audio, "audio", cutter);
        return cutter.put("leading", leading.name()).put("videoClock", videoClock.write(cutter.child("videoClock")))
                .put("audioClock", audioClock.write(cutter.child("audioClock")));
    }

    static DefaultTracks read(Generic cutter) {
        DefaultTracks tracks = new DefaultTracks();
        tracks.leading = cutter.symbol("leading", Leading.class);
        tracks.video = TrackConfig.read("video", cutter);
        tracks.audio = TrackConfig.read("audio", cutter);
        tracks.videoClock = VideoClock.read(cutter.record("videoClock"));
        tracks.audioClock = AudioClock.read(cutter.record("audioClock"));
        return tracks;
    }
}
