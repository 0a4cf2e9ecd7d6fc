package io.millrace.platform.timeline;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.log.TrackSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The main tracks of an epoch or of a segment, parsed from the log, and the further ones. The main tracks are the
 * default ones, or those that {@link #choose} selects. Immutable; main tracks with an unreadable configuration are
 * omitted.
 *
 * @param video configuration of the main video track, null without video
 * @param audio configuration of the main audio track, null without audio
 * @param further the other tracks, in the order of the log
 */
public record Tracks(VideoConfig video, AudioConfig audio, List<Track> further) {
    public Tracks {
        further = List.copyOf(further);
    }

    /** Creates tracks without further ones. */
    public Tracks(VideoConfig video, AudioConfig audio) {
        this(video, audio, List.of());
    }

    /** Returns the default tracks among {@code tracks}, and the further ones. */
    public static Tracks of(List<Track> tracks) {
        VideoConfig video = null;
        AudioConfig audio = null;
        for (Track track : tracks) {
            switch (config(track).orElse(null)) {
                case VideoConfig config when track.id() == TrackId.DEFAULT -> video = config;
                case AudioConfig config when track.id() == TrackId.DEFAULT -> audio = config;
                case null, default -> {
                    // A track other than the default one, or one with an unreadable configuration.
                }
            }
        }
        return new Tracks(video, audio, tracks.stream().filter(track -> track.id() != TrackId.DEFAULT).toList());
    }

    /**
     * Returns the chosen tracks: the main ones in the place of the default ones, and of the further ones those that are
     * chosen as such. Tracks that do not exist are omitted.
     */
    public Tracks choose(ChosenTracks chosen) {
        return new Tracks(
                chosen.video() == TrackId.DEFAULT
                        ? video
                        : (VideoConfig) config(new TrackId(Packet.Kind.VIDEO, chosen.video())).orElse(null),
                chosen.audio() == TrackId.DEFAULT
                        ? audio
                        : (AudioConfig) config(new TrackId(Packet.Kind.AUDIO, chosen.audio())).orElse(null),
                further.stream().filter(track -> chosen.further().contains(track.trackId())).toList());
    }

    /** Returns the configuration of one of the default or further tracks. */
    public Optional<CodecConfig> config(TrackId track) {
        if (track.id() == TrackId.DEFAULT) {
            return Optional.ofNullable(track.kind() == Packet.Kind.VIDEO ? video : audio);
        }
        return further.stream().filter(each -> each.trackId().equals(track)).findFirst().flatMap(Tracks::config);
    }

    /** Returns whether these tracks, of which the main ones are the default ones, include a track. */
    public boolean has(TrackId track) {
        return config(track).isPresent();
    }

    /** Returns the names of all tracks, such as {@code video0, audio0, audio1}, for users. */
    public String names() {
        return all().stream().map(TrackId::label).collect(Collectors.joining(", "));
    }

    /** Returns all tracks, provided that the main ones are the default ones. */
    public List<TrackId> all() {
        List<TrackId> all = new ArrayList<>();
        if (video != null) {
            all.add(TrackId.VIDEO);
        }
        if (audio != null) {
            all.add(TrackId.AUDIO);
        }
        further.stream().map(Track::trackId).filter(this::has).forEach(all::add);
        return all;
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
                audio != null && rules.carries(format, audio.codec()) ? audio : null, further);
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

    /** Returns these tracks, and those of {@code others} that are missing among them. */
    public Tracks or(Tracks others) {
        List<Track> union = new ArrayList<>(further);
        others.further.stream().filter(track -> !has(track.trackId())).forEach(union::add);
        return new Tracks(video != null ? video : others.video, audio != null ? audio : others.audio, union);
    }

    /**
     * Returns whether both have the same main tracks with the same codecs, so that a player of these tracks can continue
     * with {@code other}.
     */
    public boolean isLike(Tracks other) {
        return set().equals(other.set());
    }

    /** Returns the codecs of the main tracks. */
    public TrackSet set() {
        return new TrackSet(codec(video), codec(audio));
    }

    private static String codec(CodecConfig config) {
        return config == null ? null : config.codec().name();
    }

    /** Returns the RFC 6381 codec strings of the main tracks, video first. */
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
