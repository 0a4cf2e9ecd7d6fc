package io.millrace.edge.http;

import io.millrace.edge.live.Selection;
import java.util.Optional;

/** What {@code audio} and {@code video} of a request say. */
final class TrackChoice {
    static final String SYNTAX = "audio and video are 0 or 1, and not both are 0";

    private TrackChoice() {}

    /** Empty if it cannot be read. */
    static Optional<Selection> parse(Route.Query query) {
        String audio = query.get("audio");
        String video = query.get("video");
        if (!isReadable(audio) || !isReadable(video)) {
            return Optional.empty();
        }
        boolean noAudio = "0".equals(audio);
        boolean noVideo = "0".equals(video);
        if (noAudio) {
            return noVideo ? Optional.empty() : Optional.of(Selection.VIDEO);
        }
        return Optional.of(noVideo ? Selection.AUDIO : Selection.ALL);
    }

    private static boolean isReadable(String value) {
        return value == null || value.equals("0") || value.equals("1");
    }
}
