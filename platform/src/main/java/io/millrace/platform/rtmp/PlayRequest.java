package io.millrace.platform.rtmp;

import io.millrace.media.StreamName;
import java.util.Set;

/**
 * What a player asks for with {@code play}, already split and checked. Immutable.
 *
 * @param stream application and stream name, query and {@code _definst_} removed
 * @param query of the name, the application and tcUrl, in that order, joined by {@code &}; empty without one
 * @param client flashVer of connect, at most 256 printable characters, or empty
 * @param fourCcs what the player says that it takes of Enhanced RTMP; {@code *} is everything
 * @param address {@code host:port} of the player
 * @param durationMs how much of the stream it wants to see, by media time; or
 *     {@link io.millrace.media.rtmp.PlayDuration#UNLIMITED}
 */
public record PlayRequest(StreamName stream, String query, String client, Set<String> fourCcs, String address,
        long durationMs) {
    public PlayRequest {
        fourCcs = Set.copyOf(fourCcs);
    }

    /** Whether it said so of a codec. */
    public boolean takes(String fourCc) {
        return fourCcs.contains(fourCc) || fourCcs.contains("*");
    }
}
