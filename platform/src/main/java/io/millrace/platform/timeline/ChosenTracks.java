package io.millrace.platform.timeline;

import io.millrace.platform.log.Packet;
import io.millrace.platform.log.TrackId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The tracks of a stream that a reader receives. The main ones, at most one of each kind, take the place of the default
 * tracks: they lead the timeline, and a reader that knows one track of each kind receives them as if they were the only
 * ones. Immutable.
 *
 * @param video number of the main video track; {@link #NONE} for no video
 * @param audio number of the main audio track; {@link #NONE} for no audio
 * @param further tracks in addition to the main ones, each once
 */
public record ChosenTracks(int video, int audio, List<TrackId> further) {
    /** The number of a main track that is not chosen. */
    public static final int NONE = -1;
    /** The default tracks. */
    public static final ChosenTracks DEFAULT = new ChosenTracks(TrackId.DEFAULT, TrackId.DEFAULT);

    public ChosenTracks {
        further = List.copyOf(further);
    }

    /** Chooses the main tracks only. */
    public ChosenTracks(int video, int audio) {
        this(video, audio, List.of());
    }

    /** Chooses exactly these tracks. The first one of each kind is a main track. */
    public static ChosenTracks of(List<TrackId> tracks) {
        List<TrackId> rest = new ArrayList<>(tracks);
        int video = takeFirst(rest, Packet.Kind.VIDEO);
        int audio = takeFirst(rest, Packet.Kind.AUDIO);
        return new ChosenTracks(video, audio, rest);
    }

    private static int takeFirst(List<TrackId> tracks, Packet.Kind kind) {
        int index = IntStream.range(0, tracks.size()).filter(i -> tracks.get(i).kind() == kind).findFirst().orElse(-1);
        return index < 0 ? NONE : tracks.remove(index).id();
    }

    /** Returns the number of the main track of a kind; {@link #NONE} if there is none. */
    public int main(Packet.Kind kind) {
        return switch (kind) {
            case VIDEO -> video;
            case AUDIO -> audio;
            case DATA -> NONE;
        };
    }

    /** Returns the same choice with another main track of the kind of {@code track}. */
    public ChosenTracks with(TrackId track) {
        return track.kind() == Packet.Kind.VIDEO
                ? new ChosenTracks(track.id(), audio, further)
                : new ChosenTracks(video, track.id(), further);
    }

    /** Returns all chosen tracks, the main ones first and video before audio. */
    public List<TrackId> all() {
        return Stream.concat(Stream.of(new TrackId(Packet.Kind.VIDEO, video), new TrackId(Packet.Kind.AUDIO, audio))
                .filter(track -> track.id() != NONE), further.stream()).toList();
    }
}
