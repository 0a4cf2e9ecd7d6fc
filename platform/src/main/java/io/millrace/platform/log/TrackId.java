package io.millrace.platform.log;

/**
 * Names a track of an epoch.
 *
 * @param kind audio or video
 * @param id number among the tracks of its kind, as in {@link Track}
 */
public record TrackId(Packet.Kind kind, int id) implements Comparable<TrackId> {
    /** The number of the default track of a kind. */
    public static final int DEFAULT = 0;

    /** Orders audio before video, and the tracks of a kind by number. */
    @Override
    public int compareTo(TrackId other) {
        int order = kind.compareTo(other.kind);
        return order == 0 ? Integer.compare(id, other.id) : order;
    }
}
