package io.millrace.platform.log;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Names a track of an epoch.
 *
 * @param kind audio or video
 * @param id number among the tracks of its kind, as in {@link Track}
 */
public record TrackId(Packet.Kind kind, int id) implements Comparable<TrackId> {
    /** The number of the default track of a kind. */
    public static final int DEFAULT = 0;

    /** The default video. */
    public static final TrackId VIDEO = new TrackId(Packet.Kind.VIDEO, DEFAULT);

    /** The default audio. */
    public static final TrackId AUDIO = new TrackId(Packet.Kind.AUDIO, DEFAULT);

    /** The greatest number of a track: Enhanced RTMP has one byte for it. */
    public static final int LIMIT = 255;

    /** Returns the track with a name such as {@code video0}; empty if it is not the name of one. */
    public static Optional<TrackId> parse(String name) {
        return Stream.of(Packet.Kind.VIDEO, Packet.Kind.AUDIO).filter(kind -> name.startsWith(label(kind)))
                .map(kind -> new TrackId(kind, (int) Math.min(EpochName.number(name.substring(label(kind).length())),
                        LIMIT + 1L)))
                .filter(track -> track.id() >= 0 && track.id() <= LIMIT).findFirst();
    }

    /** Returns the name of the track in URLs, commands and the API, such as {@code video0}. */
    public String label() {
        return label(kind) + id;
    }

    private static String label(Packet.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /** Orders audio before video, and the tracks of a kind by number. */
    @Override
    public int compareTo(TrackId other) {
        int order = kind.compareTo(other.kind);
        return order == 0 ? Integer.compare(id, other.id) : order;
    }
}
