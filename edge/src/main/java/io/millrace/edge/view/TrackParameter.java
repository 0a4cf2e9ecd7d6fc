package io.millrace.edge.view;

import io.millrace.platform.log.Packet;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.timeline.ChosenTracks;
import io.millrace.platform.timeline.Tracks;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The parameter {@code track} of FLV and RTMP players: {@code video1}, {@code audio2}, or {@code video1,audio2}. A named
 * track takes the place of the default track of its kind. Pure.
 */
public final class TrackParameter {
    public static final String NAME = "track";
    public static final String SYNTAX = "track must name at most one video and one audio track, such as video1,audio2";

    private TrackParameter() {}

    /** Returns the chosen tracks; the default ones if {@code value} is null, empty if it is invalid. */
    public static Optional<ChosenTracks> parse(String value) {
        ChosenTracks chosen = ChosenTracks.DEFAULT;
        if (value == null) {
            return Optional.of(chosen);
        }
        Set<Packet.Kind> named = EnumSet.noneOf(Packet.Kind.class);
        for (String name : value.split(",", -1)) {
            Optional<TrackId> track = TrackId.parse(name);
            if (track.isEmpty() || !named.add(track.get().kind())) {
                return Optional.empty();
            }
            chosen = chosen.with(track.get());
        }
        return Optional.of(chosen);
    }

    /** Returns whether {@code tracks} have each selected track that is not a default one. */
    public static boolean areIn(Tracks tracks, ChosenTracks chosen, Selection selection) {
        return selection.of(chosen).all().stream()
                .allMatch(track -> track.id() == TrackId.DEFAULT || tracks.has(track));
    }

    /** Returns the message that a stream lacks a chosen track, with the names of the tracks that it has. */
    public static String lacks(String stream, ChosenTracks chosen, Tracks tracks) {
        String missing = chosen.all().stream().filter(track -> track.id() != TrackId.DEFAULT && !tracks.has(track))
                .map(TrackId::label).collect(Collectors.joining(" and "));
        return stream + " has no track " + missing + "; it has " + tracks.names();
    }
}
