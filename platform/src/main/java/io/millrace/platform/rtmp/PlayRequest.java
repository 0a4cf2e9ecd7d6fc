package io.millrace.platform.rtmp;

import io.millrace.media.StreamName;
import io.millrace.platform.access.AccessRequest;
import java.util.Set;

/**
 * A player's {@code play} command, parsed and checked. Immutable.
 *
 * @param access the client and the stream that it requests
 * @param fourCcs the FourCCs of Enhanced RTMP that the player supports; {@code *} stands for all
 * @param durationMs duration to play, in media time; or {@link io.millrace.media.rtmp.PlayDuration#UNLIMITED}
 */
public record PlayRequest(AccessRequest access, Set<String> fourCcs, long durationMs) {
    public PlayRequest {
        fourCcs = Set.copyOf(fourCcs);
    }

    public StreamName stream() {
        return access.stream();
    }

    /** Returns the same request for the name under which the policy allows it. */
    public PlayRequest of(StreamName stream) {
        return new PlayRequest(new AccessRequest(access.action(), stream, access.query(), access.source()), fourCcs,
                durationMs);
    }

    /** Returns whether the player supports a codec of Enhanced RTMP. */
    public boolean takes(String fourCc) {
        return fourCcs.contains(fourCc) || fourCcs.contains("*");
    }
}
