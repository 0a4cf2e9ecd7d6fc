package io.millrace.edge.live;

import io.millrace.media.flv.FlvTag;
import java.util.List;
import java.util.Optional;

/** Which of a stream's tracks a viewer wants. */
public enum Selection {
    ALL, AUDIO, VIDEO;

    /** Whether tags of this type are among them. */
    public boolean has(FlvTag.Type type) {
        return switch (this) {
            case ALL -> true;
            case AUDIO -> type != FlvTag.Type.VIDEO;
            case VIDEO -> type != FlvTag.Type.AUDIO;
        };
    }

    /** The selection of a viewer that wants these tracks; empty without either. */
    public static Optional<Selection> of(boolean audio, boolean video) {
        if (!audio && !video) {
            return Optional.empty();
        }
        return Optional.of(audio && video ? ALL : audio ? AUDIO : VIDEO);
    }

    /** What is left of the tracks; empty if there is none of these. */
    public Tracks of(Tracks tracks) {
        return new Tracks(has(FlvTag.Type.VIDEO) ? tracks.video() : null,
                has(FlvTag.Type.AUDIO) ? tracks.audio() : null);
    }

    /** What is left of the sequence headers. */
    public List<FlvTag> of(List<FlvTag> headers) {
        return headers.stream().filter(header -> has(header.type())).toList();
    }
}
