package io.millrace.platform.timeline;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import io.millrace.platform.log.TrackSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The default tracks of an epoch or of a segment, parsed from the log. Immutable; tracks with an unreadable
 * configuration are omitted.
 *
 * @param video configuration of video track 0, null without video
 * @param audio configuration of audio track 0, null without audio
 */
public record Tracks(VideoConfig video, AudioConfig audio) {
    /** Returns the default tracks among {@code tracks}. */
    public static Tracks of(List<Track> tracks) {
        VideoConfig video = null;
        AudioConfig audio = null;
        for (Track track : tracks) {
            switch (config(track).orElse(null)) {
                case VideoConfig config when track.id() == 0 -> video = config;
                case AudioConfig config when track.id() == 0 -> audio = config;
                case null, default -> {
                    // A track other than the default one, or one with an unreadable configuration.
                }
            }
        }
        return new Tracks(video, audio);
    }

    /** Returns the tracks of a segment. */
    public static Tracks of(Cut.SegmentHead head) {
        return of(head.tracks());
    }

    /** Returns the configuration of one track, or empty if it cannot be read. */
    public static Optional<CodecConfig> config(Track track) {
        try {
            return Optional.of(CodecConfig.parse(Codec.valueOf(track.codec()), track.config().duplicate()));
        } catch (MediaException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Returns the tracks that {@code format} carries in an epoch with these rules. */
    public Tracks in(Format format, EpochRules rules) {
        return new Tracks(video != null && rules.carries(format, video.codec()) ? video : null,
                audio != null && rules.carries(format, audio.codec()) ? audio : null);
    }

    /** Whether tracks are known and MPEG-TS (and therefore HLS over TS) carries none of them. */
    public static boolean areOutsideTs(List<Track> tracks, EpochRules rules) {
        return !tracks.isEmpty() && tracks.stream().noneMatch(track -> isInTs(track, rules));
    }

    /**
     * Whether {@link #areOutsideTs(List, EpochRules)} holds for the whole epoch: no session had other tracks, so the
     * index has no segments of it.
     */
    public static boolean areOutsideTs(StreamEntry epoch) {
        return epoch.sessions().size() <= 1 && areOutsideTs(epoch.session().tracks(), epoch.rules());
    }

    private static boolean isInTs(Track track, EpochRules rules) {
        return track.id() == 0
                && config(track).filter(config -> rules.carries(Format.TS, config.codec())).isPresent();
    }

    public boolean isEmpty() {
        return video == null && audio == null;
    }

    /** Returns these tracks; where the video or the audio is missing, with that of {@code others}. */
    public Tracks or(Tracks others) {
        return new Tracks(video != null ? video : others.video, audio != null ? audio : others.audio);
    }

    /**
     * Returns whether both have the same tracks with the same codecs, so that a player of these tracks can continue
     * with {@code other}.
     */
    public boolean isLike(Tracks other) {
        return set().equals(other.set());
    }

    /** Returns the codecs of these tracks. */
    public TrackSet set() {
        return new TrackSet(codec(video), codec(audio));
    }

    private static String codec(CodecConfig config) {
        return config == null ? null : config.codec().name();
    }

    /** Returns the RFC 6381 codec strings, video first. */
    public List<String> codecs() {
        List<String> codecs = new ArrayList<>();
        if (video != null) {
            codecs.add(video.rfc6381());
        }
        if (audio != null) {
            codecs.add(audio.rfc6381());
        }
        return codecs;
    }
}
