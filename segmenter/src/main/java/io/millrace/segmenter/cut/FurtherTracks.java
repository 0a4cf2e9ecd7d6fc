package io.millrace.segmenter.cut;

import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.flv.TagTracks;
import io.millrace.media.remux.TrackMedia;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.TrackId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The tracks of the running session other than the default ones, with their configurations and clocks: a ladder of
 * videos, further audio (Enhanced RTMP multitrack). Confined to one thread.
 *
 * <p>Limit: {@link #LIMIT} tracks of a kind. Ingest rejects more.
 */
final class FurtherTracks {
    /** Limit of the tracks of a kind, without the default one. */
    static final int LIMIT = TagTracks.MAX_TRACKS - 1;

    private final EpochRules rules;
    private final Map<TrackId, FurtherTrack> tracks = new TreeMap<>();

    /** A frame with its time for cutting, 90 kHz, and the configuration that it needs. */
    record Placed(Draft draft, long ticks, TrackConfig config) {}

    FurtherTracks(EpochRules rules) {
        this.rules = rules;
    }

    void beginSession() {
        tracks.clear();
    }

    void beginLine() {
        tracks.values().forEach(FurtherTrack::beginLine);
    }

    /** Returns the tracks, in the order of their identity. */
    List<FurtherTrack> all() {
        return List.copyOf(tracks.values());
    }

    /** Sets the configuration of a track. */
    void configure(Packet.Kind kind, TrackMedia.Configuration media, Step out) {
        try {
            if (!media.codec().isSelfDescribing()) {
                configure(new TrackId(kind, media.track()), new TrackConfig(CodecConfig.parse(media.codec(),
                        media.record())), out);
            }
        } catch (UnsupportedException e) {
            out.dropFrames("unsupported", 1);
            out.warn(StreamWarning.UNSUPPORTED_TRACK, e.getMessage());
        }
    }

    /** Returns the newest configuration of a track; null if it has none. */
    TrackConfig config(TrackId id) {
        FurtherTrack track = tracks.get(id);
        return track == null ? null : track.config();
    }

    private void configure(TrackId id, TrackConfig config, Step out) {
        FurtherTrack track = tracks.get(id);
        if (track == null && tracks.keySet().stream().filter(other -> other.kind() == id.kind()).count() == LIMIT) {
            out.dropFrames("over_limit", 1);
            return;
        }
        tracks.computeIfAbsent(id, FurtherTrack::new).configure(config);
    }

    /**
     * Places a frame on the line of timestamps. Returns null if its track has no configuration.
     *
     * @throws io.millrace.media.bytes.MediaException if the frame cannot be parsed
     */
    Placed place(long offset, Packet packet, TrackMedia.AccessUnit unit, long originMs, Step out) {
        TrackId id = new TrackId(packet.kind(), unit.track());
        if (packet.kind() == Packet.Kind.AUDIO) {
            unit.codec().inBand(unit.data()).ifPresent(config -> configure(id, new TrackConfig(config), out));
        }
        FurtherTrack track = tracks.get(id);
        TrackConfig config = track == null ? null : track.config();
        if (config == null || config.codec() != unit.codec()) {
            return null;
        }
        boolean keyframe = !(config.config() instanceof VideoConfig video) || video.isRandomAccess(unit.data());
        if (keyframe) {
            track.keyframe(unit.data());
        }
        return track.place(Frame.of(offset, packet, unit, keyframe), originMs,
                config.frameSamples(unit.data(), rules));
    }

    /** A segment begins with a discontinuity. */
    void discontinue() {
        tracks.values().forEach(FurtherTrack::discontinue);
    }

    /** Returns whether a track that the newest segment has received another configuration since that began. */
    boolean haveChanged() {
        return tracks.values().stream().anyMatch(FurtherTrack::hasChanged);
    }

    Generic write(Generic cutter) {
        return cutter.list("further", all(), FurtherTrack::write);
    }

    static FurtherTracks read(EpochRules rules, Generic cutter) {
        FurtherTracks further = new FurtherTracks(rules);
        cutter.list("further", FurtherTrack::read).forEach(track -> further.tracks.put(track.id(), track));
        return further;
    }
}
