package io.millrace.platform.access;

import io.millrace.media.StreamName;

/** The decision about an {@link AccessRequest}. Immutable. */
public sealed interface AccessDecision {
    /**
     * @param stream the name under which viewers find the stream; differs from the requested name if that was a key
     */
    record Allowed(StreamName stream) implements AccessDecision {}

    /** @param description text for the peer's user; contains no secret and no hint of a valid one */
    record Refused(String description) implements AccessDecision {}
}
