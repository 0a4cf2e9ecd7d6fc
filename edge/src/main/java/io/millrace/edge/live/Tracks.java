package io.millrace.edge.live;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.StreamEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The tracks of an epoch as the directory knows them. Immutable; configurations that we cannot read are left out.
 *
 * @param video of track 0, null without video
 * @param audio of track 0, null without audio
 */
public record Tracks(VideoConfig video, AudioConfig audio) {
    public static Tracks of(List<StreamEntry.Track> tracks) {
        VideoConfig video = null;
        AudioConfig audio = null;
        for (StreamEntry.Track track : tracks) {
            switch (config(track).orElse(null)) {
                case VideoConfig config when track.id() == 0 -> video = config;
                case AudioConfig config when track.id() == 0 -> audio = config;
                case null, default -> {
                    // A track beside the default one, or one that we cannot read.
                }
            }
        }
        return new Tracks(video, audio);
    }

    /** The configuration of one track, empty if it is none that we can read. */
    public static Optional<CodecConfig> config(StreamEntry.Track track) {
        try {
            return Optional.of(CodecConfig.parse(Codec.valueOf(track.codec()), track.config().duplicate()));
        } catch (MediaException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** The tracks that {@code format} carries in an epoch with these rules. */
    public Tracks in(Format format, EpochRules rules) {
        return new Tracks(video != null && rules.carries(format, video.codec()) ? video : null,
                audio != null && rules.carries(format, audio.codec()) ? audio : null);
    }

    /** Whether tracks are known and MPEG-TS, and so HLS, carries none of them. */
    public static boolean areOutsideTs(List<StreamEntry.Track> tracks, EpochRules rules) {
        return !tracks.isEmpty() && tracks.stream().noneMatch(track -> isInTs(track, rules));
    }

    /** The same of a whole epoch: no session of it had other tracks, so the index has nothing of it. */
    public static boolean areOutsideTs(StreamEntry epoch) {
        return epoch.sessions().size() <= 1 && areOutsideTs(epoch.tracks(), epoch.rules());
    }

    private static boolean isInTs(StreamEntry.Track track, EpochRules rules) {
        return track.id() == 0
                && config(track).filter(config -> rules.carries(Format.TS, config.codec())).isPresent();
    }

    public boolean isEmpty() {
        return video == null && audio == null;
    }

    /** RFC 6381 strings, video first. */
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
