package io.millrace.platform.access;

import io.millrace.media.StreamName;

/** The decision about an {@link AccessRequest}. Immutable. */
public sealed interface AccessDecision {
    /** The end of a permission that does not expire. */
    long NO_END = Long.MAX_VALUE;

    /**
     * @param stream the name under which viewers find the stream; differs from the requested name if that was a key, or
     *     if a hook has renamed the stream
     * @param untilS when the credentials expire, in seconds since 1970; {@link #NO_END} if they do not
     */
    record Allowed(StreamName stream, long untilS) implements AccessDecision {
        /** Creates a permission that does not expire. */
        public Allowed(StreamName stream) {
            this(stream, NO_END);
        }
    }

    /** @param description text for the peer's user; contains no secret and no hint of a valid one */
    record Refused(AccessReason reason, String description) implements AccessDecision {}
}
