package io.millrace.platform.rtmp;

import io.millrace.media.StreamName;
import java.util.Set;

/**
 * A player's {@code play} command, parsed and checked. Immutable.
 *
 * @param stream application and stream name without query and {@code _definst_}
 * @param query the queries of the name, the application and tcUrl, in that order, joined by {@code &}; empty if none
 *        has one
 * @param client flashVer of {@code connect}, at most 256 printable characters, possibly empty
 * @param fourCcs the FourCCs of Enhanced RTMP that the player supports; {@code *} stands for all
 * @param address {@code host:port} of the player
 * @param durationMs duration to play, in media time; or
 *     {@link io.millrace.media.rtmp.PlayDuration#UNLIMITED}
 */
public record PlayRequest(StreamName stream, String query, String client, Set<String> fourCcs, String address,
        long durationMs) {
    public PlayRequest {
        fourCcs = Set.copyOf(fourCcs);
    }

    /** Returns whether the player supports a codec of Enhanced RTMP. */
    public boolean takes(String fourCc) {
        return fourCcs.contains(fourCc) || fourCcs.contains("*");
    }
}
