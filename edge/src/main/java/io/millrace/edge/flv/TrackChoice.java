package io.millrace.edge.flv;

import io.millrace.edge.exchange.Query;
import io.millrace.edge.view.Selection;
import io.millrace.edge.view.TrackParameter;
import io.millrace.platform.timeline.ChosenTracks;
import java.util.Optional;

/**
 * The tracks that a request asks for, by the parameters {@code audio}, {@code video} and {@code track}. Immutable.
 *
 * @param kinds the kinds of tracks that are sent
 * @param chosen the tracks that take the place of the default ones; of kinds that are not sent, the default ones
 */
record TrackChoice(Selection kinds, ChosenTracks chosen) {
    /** A request whose parameters are invalid, with a message for its sender. */
    static final class UnreadableException extends Exception {
        private static final long serialVersionUID = 1;

        private UnreadableException(String message) {
            super(message, null, false, false);
        }
    }

    /** Parses the parameters. A missing {@code audio} or {@code video} counts as 1. */
    static TrackChoice parse(Query query) throws UnreadableException {
        Optional<ChosenTracks> named = TrackParameter.parse(query.get(TrackParameter.NAME));
        if (named.isEmpty()) {
            throw new UnreadableException(TrackParameter.SYNTAX);
        }
        Selection kinds = kinds(query).orElseThrow(
                () -> new UnreadableException("audio and video must be 0 or 1, and not both 0"));
        ChosenTracks chosen = kinds.of(named.get());
        if (!chosen.equals(named.get())) {
            throw new UnreadableException("track names a track of a kind that audio=0 or video=0 omits");
        }
        return new TrackChoice(kinds, chosen);
    }

    private static Optional<Selection> kinds(Query query) {
        String audio = query.get("audio");
        String video = query.get("video");
        return isValid(audio) && isValid(video)
                ? Selection.of(!"0".equals(audio), !"0".equals(video))
                : Optional.empty();
    }

    private static boolean isValid(String value) {
        return value == null || value.equals("0") || value.equals("1");
    }
}
