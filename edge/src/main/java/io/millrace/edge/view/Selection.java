package io.millrace.edge.view;

import io.millrace.media.flv.FlvTag;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.timeline.ChosenTracks;
import io.millrace.platform.timeline.Tracks;
import java.util.List;
import java.util.Optional;

/** The kinds of tracks that a viewer receives. Script tags belong to every selection. */
public enum Selection {
    ALL, AUDIO, VIDEO;

    /** Returns whether tags of this type are selected. */
    public boolean has(FlvTag.Type type) {
        return switch (this) {
            case ALL -> true;
            case AUDIO -> type != FlvTag.Type.VIDEO;
            case VIDEO -> type != FlvTag.Type.AUDIO;
        };
    }

    /** Returns the selection of a viewer that wants audio, video or both; empty if it wants neither. */
    public static Optional<Selection> of(boolean audio, boolean video) {
        if (!audio && !video) {
            return Optional.empty();
        }
        return Optional.of(audio && video ? ALL : audio ? AUDIO : VIDEO);
    }

    /** Returns the selected tracks among {@code tracks}; possibly none. */
    public Tracks of(Tracks tracks) {
        return new Tracks(has(FlvTag.Type.VIDEO) ? tracks.video() : null,
                has(FlvTag.Type.AUDIO) ? tracks.audio() : null);
    }

    /** Returns the choice without the tracks of kinds that are not selected; those are replaced by the default ones. */
    public ChosenTracks of(ChosenTracks chosen) {
        return new ChosenTracks(has(FlvTag.Type.VIDEO) ? chosen.video() : TrackId.DEFAULT,
                has(FlvTag.Type.AUDIO) ? chosen.audio() : TrackId.DEFAULT);
    }

    /** Returns those of {@code headers} (sequence headers) that belong to selected tracks. */
    public List<FlvTag> of(List<FlvTag> headers) {
        return headers.stream().filter(header -> has(header.type())).toList();
    }
}
