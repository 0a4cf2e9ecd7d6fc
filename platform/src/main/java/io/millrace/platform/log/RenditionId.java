package io.millrace.platform.log;

import java.util.List;

/**
 * The identity of a rendition in its epoch: a format and the tracks in it. The parts of a rendition form one output,
 * with its own playlist and, if the format has them, its own init sections. Immutable.
 *
 * @param format container format
 * @param tracks the tracks; empty for the default tracks that a segment has, so that the rendition stays the same if
 *     some segments lack the video or the audio
 */
public record RenditionId(Format format, List<TrackId> tracks) {
    /** Maximum size of {@code tracks}. */
    public static final int MAX_TRACKS = 32;
    /** MPEG-TS with the default tracks. */
    public static final RenditionId TS = new RenditionId(Format.TS, List.of());
    private static final int DEFAULT_TRACK = 0;

    /** @throws IllegalArgumentException if there are too many tracks */
    public RenditionId {
        if (tracks.size() > MAX_TRACKS) {
            throw new IllegalArgumentException(
                    "a rendition of " + tracks.size() + " tracks, the limit is " + MAX_TRACKS);
        }
        tracks = List.copyOf(tracks);
    }

    /** Returns the rendition of the default tracks in a format. All calls return the same object. */
    public static RenditionId ofDefaultTracks(Format format) {
        return switch (format) {
            case TS -> TS;
        };
    }

    /** Returns whether the rendition contains a track, provided that the format carries the track's codec. */
    public boolean has(Packet.Kind kind, int track) {
        return tracks.isEmpty() ? track == DEFAULT_TRACK : tracks.contains(new TrackId(kind, track));
    }
}
