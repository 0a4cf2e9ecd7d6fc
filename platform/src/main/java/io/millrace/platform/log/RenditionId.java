package io.millrace.platform.log;

import java.util.List;

/**
 * The identity of a rendition in its epoch: a format and the tracks in it. The parts of a rendition form one output,
 * with its own playlist and, if the format has them, its own init sections. Immutable.
 *
 * @param format container format
 * @param tracks the tracks in their order, each once; empty for the default track of each kind, whichever a segment
 *     has, so that the rendition is the same when a track is missing from some segments
 */
public record RenditionId(Format format, List<TrackId> tracks) {
    /** Maximum number of tracks that are named. */
    public static final int MAX_TRACKS = 32;
    /** MPEG-TS with the default tracks. */
    public static final RenditionId TS = new RenditionId(Format.TS, List.of());
    private static final int DEFAULT_TRACK = 0;

    /** @throws IllegalArgumentException if there are too many tracks, or they are not in order, each once */
    public RenditionId {
        if (tracks.size() > MAX_TRACKS) {
            throw new IllegalArgumentException(
                    "a rendition of " + tracks.size() + " tracks, the limit is " + MAX_TRACKS);
        }
        for (int i = 1; i < tracks.size(); i++) {
            if (tracks.get(i - 1).compareTo(tracks.get(i)) >= 0) {
                throw new IllegalArgumentException("the tracks of a rendition are not in order: " + tracks);
            }
        }
        tracks = List.copyOf(tracks);
    }

    /** Returns the rendition of the default tracks in a format: always the same object. */
    public static RenditionId ofDefaultTracks(Format format) {
        return switch (format) {
            case TS -> TS;
        };
    }

    /** Returns whether the rendition has a track if the format carries its codec. */
    public boolean has(Packet.Kind kind, int track) {
        return tracks.isEmpty() ? track == DEFAULT_TRACK : tracks.contains(new TrackId(kind, track));
    }
}
