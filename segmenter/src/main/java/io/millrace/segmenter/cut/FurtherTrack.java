package io.millrace.segmenter.cut;

import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.TrackId;
import java.nio.ByteBuffer;

/** A track of the running session other than the default ones. Confined to one thread. */
final class FurtherTrack {
    private final TrackId id;
    private TrackConfig config;
    /** The configuration in the newest segment, null if that does not have the track. */
    private TrackConfig listed;
    /** The configuration when the newest segment with a discontinuity began. */
    private TrackConfig discontinued;
    private VideoClock videoClock = new VideoClock();
    private AudioClock audioClock = new AudioClock();

    FurtherTrack(TrackId id) {
        this.id = id;
    }

    TrackId id() {
        return id;
    }

    TrackConfig config() {
        return config;
    }

    void configure(TrackConfig newest) {
        config = newest.after(config);
    }

    /** A keyframe is next. The picture size of video is part of the configuration. */
    void keyframe(ByteBuffer frame) {
        config = config.at(frame);
    }

    /** The newest segment has the track with this configuration; null if it does not have the track. */
    void list(TrackConfig inSegment) {
        listed = inSegment;
    }

    /** A segment begins with a discontinuity, so it can have the newest configuration. */
    void discontinue() {
        discontinued = config;
    }

    boolean hasChanged() {
        return listed != null && !listed.equals(config) && !config.equals(discontinued);
    }

    void beginLine() {
        videoClock.beginLine();
        audioClock.beginLine();
    }

    /** @param samples duration of the frame, if it is audio */
    FurtherTracks.Placed place(Frame frame, long originMs, int samples) {
        if (config.codec().isVideo()) {
            Draft draft = videoClock.place(frame, originMs);
            videoClock.advance(draft);
            return new FurtherTracks.Placed(draft, videoClock.due(draft), config);
        }
        Draft draft = audioClock.place(frame, originMs, config, samples);
        return new FurtherTracks.Placed(draft, audioClock.due(draft.dts), config);
    }

    void write(Generic g) {
        TrackLabel.writeTrack(id, g);
        TrackConfig.write(config, "config", g);
        TrackConfig.write(listed, "listed", g);
        TrackConfig.write(discontinued, "discontinued", g);
        g.put("videoClock", videoClock.write(g.child("videoClock")))
                .put("audioClock", audioClock.write(g.child("audioClock")));
    }

    static FurtherTrack read(Generic g) {
        FurtherTrack track = new FurtherTrack(TrackLabel.readTrack(g, "id"));
        track.config = TrackConfig.read("config", g);
        track.listed = TrackConfig.read("listed", g);
        track.discontinued = TrackConfig.read("discontinued", g);
        track.videoClock = VideoClock.read(g.record("videoClock"));
        track.audioClock = AudioClock.read(g.record("audioClock"));
        return track;
    }
}
