package io.millrace.media.flv;

import java.util.Comparator;
import java.util.List;

/**
 * The tracks of one audio or video message. A message without Multitrack has the single track 0.
 *
 * <p>Immutable. Limits: {@link #MAX_MOD_EX}, {@link #MAX_TRACKS}.
 *
 * @param offsetNanos nanoseconds to add to the timestamp of the message, 0 to 999 999
 * @param tracks in wire order, at least one
 * @param <B> {@link VideoTagBody} or {@link AudioTagBody}
 */
public record TagTracks<B>(int offsetNanos, List<Track<B>> tracks) {
    /** Maximum number of ModEx modifiers of one message; only one kind is defined. */
    public static final int MAX_MOD_EX = 8;
    /** Maximum number of tracks of one message. */
    public static final int MAX_TRACKS = 16;

    /** @param id 0 is the default track, the only one that a player without multitrack support plays */
    public record Track<B>(int id, B body) {}

    public TagTracks {
        tracks = List.copyOf(tracks);
    }

    static <B> TagTracks<B> of(B body) {
        return new TagTracks<>(0, List.of(new Track<>(0, body)));
    }

    /**
     * Returns the track under which the message is stored: the default track if present, otherwise the one with the
     * lowest ID.
     */
    public Track<B> main() {
        // Nearly every message has a single track.
        return tracks.size() == 1
                ? tracks.getFirst()
                : tracks.stream().min(Comparator.comparingInt(Track::id)).orElseThrow();
    }
}
