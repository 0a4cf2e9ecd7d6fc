package io.millrace.media.flv;

import java.util.Comparator;
import java.util.List;

/**
 * What one audio or video message says, track by track. A message without Multitrack is of track 0.
 *
 * <p>Immutable. Limits: {@link #MAX_MOD_EX}, {@link #MAX_TRACKS}.
 *
 * @param offsetNanos to be added to the time of the message, 0 to 999 999
 * @param tracks in the order of the message, one at least
 * @param <B> {@link VideoTagBody} or {@link AudioTagBody}
 */
public record TagTracks<B>(int offsetNanos, List<Track<B>> tracks) {
    /** Modifiers of one message; one is all that is defined. */
    public static final int MAX_MOD_EX = 8;
    /** Tracks of one message. */
    public static final int MAX_TRACKS = 16;

    /** @param id 0 is the default track, which is all that a player without multitrack shows */
    public record Track<B>(int id, B body) {}

    public TagTracks {
        tracks = List.copyOf(tracks);
    }

    static <B> TagTracks<B> of(B body) {
        return new TagTracks<>(0, List.of(new Track<>(0, body)));
    }

    /** The track that the message is filed under: the default one if it is in it, else the one with the least number. */
    public Track<B> main() {
        // Nearly every message has one.
        return tracks.size() == 1
                ? tracks.getFirst()
                : tracks.stream().min(Comparator.comparingInt(Track::id)).orElseThrow();
    }
}
