package io.millrace.tools.export;

import io.millrace.media.isobmff.TrackRole;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.Track;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.timeline.ChosenTracks;
import java.util.List;
import java.util.Objects;

/**
 * The roles of exported tracks: those of a kind are alternatives, of which the main one is enabled. Immutable.
 *
 * @param chosen the exported tracks
 * @param listed tracks of the stream with the languages and names that the encoder sent
 */
record Roles(ChosenTracks chosen, List<Track> listed) {
    private static final int VIDEO_GROUP = 1;
    private static final int AUDIO_GROUP = 2;

    TrackRole of(TrackId track) {
        boolean isOnly = chosen.further().stream().noneMatch(each -> each.kind() == track.kind());
        Track known = listed.stream().filter(each -> each.trackId().equals(track)).findFirst().orElse(null);
        return new TrackRole(isOnly ? 0 : track.kind() == Packet.Kind.VIDEO ? VIDEO_GROUP : AUDIO_GROUP,
                isOnly || chosen.main(track.kind()) == track.id(),
                known == null ? "" : Objects.requireNonNullElse(known.language(), ""),
                known == null ? "" : Objects.requireNonNullElse(known.name(), ""));
    }
}
