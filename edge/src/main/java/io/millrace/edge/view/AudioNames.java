package io.millrace.edge.view;

import io.millrace.platform.log.Track;
import java.util.regex.Pattern;

/** Names and languages of audio tracks as playlists contain them; encoders send any text. Pure. */
final class AudioNames {
    private static final Pattern NOT_QUOTABLE = Pattern.compile("[\"\\p{Cntrl}]");
    private static final Pattern LANGUAGE = Pattern.compile("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,8}");
    /** Longer names are cut. */
    private static final int NAME_LIMIT = 64;

    private AudioNames() {}

    /** Returns the name that the encoder has sent, otherwise the language, otherwise that of the track. */
    static String name(Track track) {
        String sent = track.name() == null ? "" : NOT_QUOTABLE.matcher(track.name()).replaceAll(" ").strip();
        if (!sent.isEmpty()) {
            return sent.length() > NAME_LIMIT ? sent.substring(0, NAME_LIMIT).strip() : sent;
        }
        String language = language(track);
        return language == null ? track.trackId().label() : language;
    }

    /** Returns the language tag (BCP 47); null if there is none, or it is not well-formed or undetermined. */
    static String language(Track track) {
        String language = track.language();
        return language == null || !LANGUAGE.matcher(language).matches() || language.equals("und") ? null : language;
    }
}
