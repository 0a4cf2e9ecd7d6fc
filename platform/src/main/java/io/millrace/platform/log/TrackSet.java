package io.millrace.platform.log;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The default tracks of a session and their codecs. Parameters of a codec, such as the resolution or the sample rate,
 * are not part of it.
 *
 * @param video codec of video track 0 as in {@link Track#codec}, null without that track
 * @param audio codec of audio track 0 as in {@link Track#codec}, null without that track
 */
public record TrackSet(String video, String audio) {
    /** The tracks are not known. */
    public static final TrackSet UNKNOWN = new TrackSet(null, null);

    /** Returns the codecs of the default tracks among {@code tracks}. */
    public static TrackSet of(List<Track> tracks) {
        return new TrackSet(codec(tracks, Packet.Kind.VIDEO), codec(tracks, Packet.Kind.AUDIO));
    }

    private static String codec(List<Track> tracks, Packet.Kind kind) {
        return tracks.stream().filter(track -> track.id() == 0 && track.kind() == kind).map(Track::codec).findFirst()
                .orElse(null);
    }

    /**
     * Returns a set with these codecs, or this set if it has them already, so that a call per packet allocates nothing.
     */
    public TrackSet with(String newVideo, String newAudio) {
        return Objects.equals(video, newVideo) && Objects.equals(audio, newAudio)
                ? this
                : new TrackSet(newVideo, newAudio);
    }

    public boolean isKnown() {
        return video != null || audio != null;
    }

    /** Returns the tracks as text for users, such as {@code AVC and AAC}. */
    public String words() {
        return isKnown()
                ? Stream.of(video == null ? "" : video, audio == null ? "" : audio).filter(codec -> !codec.isEmpty())
                        .collect(Collectors.joining(" and "))
                : "unknown tracks";
    }
}
