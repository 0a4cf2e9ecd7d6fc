package io.millrace.tools.past;

import io.millrace.platform.UserError;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.timeline.ChosenTracks;
import io.millrace.platform.timeline.Tracks;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The tracks that a command is to read. Immutable. */
public sealed interface TrackList {
    /** The default tracks. */
    TrackList DEFAULT = new Default();

    /** The default track of each kind. */
    record Default() implements TrackList {}

    /** All tracks that the stream has at the start of the range. */
    record All() implements TrackList {}

    /** Exactly these tracks, each once. */
    record Named(List<TrackId> tracks) implements TrackList {}

    /**
     * Parses {@code all}, or names such as {@code video0} and {@code audio1}.
     *
     * @param names at least one
     * @throws UserError if a name is not that of a track
     */
    static TrackList parse(List<String> names) {
        if (names.equals(List.of("all"))) {
            return new All();
        }
        Set<TrackId> tracks = new LinkedHashSet<>();
        for (String name : names) {
            tracks.add(TrackId.parse(name).orElseThrow(() -> new UserError(
                    "'" + name + "' is not a track; name tracks such as video0,audio1, or all")));
        }
        return new Named(List.copyOf(tracks));
    }

    /**
     * Returns the chosen ones among the tracks of a stream.
     *
     * @throws UserError if the stream lacks a named track
     */
    default ChosenTracks of(String stream, Tracks tracks) {
        return switch (this) {
            case Default _ -> ChosenTracks.DEFAULT;
            case All _ -> ChosenTracks.of(tracks.all());
            case Named(List<TrackId> named) -> {
                for (TrackId track : named) {
                    if (!tracks.has(track)) {
                        throw new UserError(stream + " has no track " + track.label() + " in that range; it has "
                                + tracks.names());
                    }
                }
                yield ChosenTracks.of(named);
            }
        };
    }
}
