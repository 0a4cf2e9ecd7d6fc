package io.millrace.ingest.publish;

import io.millrace.platform.log.TrackSet;
import java.util.Optional;
import java.util.function.Function;

/**
 * Checks whether a session of one publisher may begin an epoch with its tracks. The first session under an unused name
 * needs no check, because the directory entry of the name has been counted. Confined to one thread at a time.
 */
final class TrackGate {
    private final Function<TrackSet, Optional<String>> refusal;
    private boolean joins;
    private boolean refused;

    /**
     * @param joins whether the stream is in use, so that its epoch continues if the tracks are the same
     * @param refusal returns why an epoch with these tracks may not begin, for the encoder's user
     */
    TrackGate(boolean joins, Function<TrackSet, Optional<String>> refusal) {
        this.joins = joins;
        this.refusal = refusal;
    }

    /** Must be called when the tracks have changed: the next session joins the stream of the current session. */
    void changed() {
        joins = true;
    }

    /** Returns why a session with these tracks may not begin, for the encoder's user; empty if it may. */
    Optional<String> refusal(TrackSet tracks) {
        Optional<String> why = joins && tracks.isKnown() ? refusal.apply(tracks) : Optional.empty();
        refused |= why.isPresent();
        return why;
    }

    /** Returns whether a session was refused, so that no packet of this publisher is written any more. */
    boolean hasRefused() {
        return refused;
    }
}
