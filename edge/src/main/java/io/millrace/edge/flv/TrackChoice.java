package io.millrace.edge.flv;

import io.millrace.edge.exchange.Query;
import io.millrace.edge.view.Selection;
import java.util.Optional;

/** Parses the {@code audio} and {@code video} parameters of a request. */
final class TrackChoice {
    static final String SYNTAX = "audio and video must be 0 or 1, and not both 0";

    private TrackChoice() {}

    /** Returns the selected tracks; empty if a parameter is invalid or both are 0. A missing parameter counts as 1. */
    static Optional<Selection> parse(Query query) {
        String audio = query.get("audio");
        String video = query.get("video");
        if (!isValid(audio) || !isValid(video)) {
            return Optional.empty();
        }
        boolean noAudio = "0".equals(audio);
        boolean noVideo = "0".equals(video);
        if (noAudio) {
            return noVideo ? Optional.empty() : Optional.of(Selection.VIDEO);
        }
        return Optional.of(noVideo ? Selection.AUDIO : Selection.ALL);
    }

    private static boolean isValid(String value) {
        return value == null || value.equals("0") || value.equals("1");
    }
}
