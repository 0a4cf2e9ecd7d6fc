package io.millrace.platform.log;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The identity of a rendition in its epoch: a format and the tracks in it. The parts of a rendition form one output,
 * with its own playlist and, if the format has them, its own init sections. {@link Renditions} lists those of a segment
 * or of an epoch. Immutable.
 *
 * @param format container format
 * @param tracks the tracks in their order, each once; empty for the default track of each kind, whichever a segment
 *     has, so that the rendition is the same when a track is missing from some segments. CMAF has exactly one track
 */
public record RenditionId(Format format, List<TrackId> tracks) {
    /** Maximum size of {@code tracks}. */
    public static final int MAX_TRACKS = 32;
    /** MPEG-TS with the default tracks. */
    public static final RenditionId TS = new RenditionId(Format.TS, List.of());

    /** @throws IllegalArgumentException if the format cannot have so many tracks, or they are not in order, each once */
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
        if (format == Format.CMAF && tracks.size() != 1) {
            throw new IllegalArgumentException("a CMAF rendition of " + tracks.size() + " tracks instead of one");
        }
        tracks = List.copyOf(tracks);
    }

    /** Returns the rendition as text for users, such as {@code CMAF video 0}, or {@code TS} for the default tracks. */
    public String words() {
        return tracks.stream().map(track -> " " + track.kind().name().toLowerCase(Locale.ROOT) + " " + track.id())
                .collect(Collectors.joining(",", format.name(), ""));
    }

    /** Returns the CMAF rendition of a track. */
    public static RenditionId cmaf(TrackId track) {
        return new RenditionId(Format.CMAF, List.of(track));
    }

    /** Returns whether the rendition contains a track, provided that the format carries the track's codec. */
    public boolean has(Packet.Kind kind, int track) {
        return tracks.isEmpty() ? track == TrackId.DEFAULT : tracks.contains(new TrackId(kind, track));
    }
}
