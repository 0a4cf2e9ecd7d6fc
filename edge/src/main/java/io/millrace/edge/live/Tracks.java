package io.millrace.edge.live;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.mpegts.TsSegmentMuxer;
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

    /** What of it is in MPEG-TS. */
    public Tracks inTs() {
        return new Tracks(video != null && TsSegmentMuxer.carries(video.codec()) ? video : null,
                audio != null && TsSegmentMuxer.carries(audio.codec()) ? audio : null);
    }

    /** Whether tracks are known and MPEG-TS, and so HLS, carries none of them. */
    public static boolean areOutsideTs(List<StreamEntry.Track> tracks) {
        return !tracks.isEmpty() && tracks.stream().noneMatch(Tracks::isInTs);
    }

    /** The same of a whole epoch: no session of it had other tracks, so the index has nothing of it. */
    public static boolean areOutsideTs(StreamEntry epoch) {
        return epoch.sessions().size() <= 1 && areOutsideTs(epoch.tracks());
    }

    private static boolean isInTs(StreamEntry.Track track) {
        return track.id() == 0 && config(track).filter(config -> TsSegmentMuxer.carries(config.codec())).isPresent();
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
