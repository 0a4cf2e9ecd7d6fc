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
     * @param session the session of the viewer's token; null without a token
     */
    record Allowed(StreamName stream, long untilS, ViewerSession session) implements AccessDecision {
        /** Creates a permission without a token. */
        public Allowed(StreamName stream, long untilS) {
            this(stream, untilS, null);
        }

        /** Creates a permission that does not expire. */
        public Allowed(StreamName stream) {
            this(stream, NO_END);
        }

        /** Creates the permission of a token. */
        Allowed(StreamName stream, ViewerSession session) {
            this(stream, session.untilS(), session);
        }

        /** Returns the session of the viewer: that of its token, or without one that of its network and player. */
        public ViewerSession sessionOf(AccessRequest.Source viewer) {
            return session == null ? ViewerSession.ofPeer(viewer) : session;
        }
    }

    /** @param description text for the peer's user; contains no secret and no hint of a valid one */
    record Refused(AccessReason reason, String description) implements AccessDecision {}
}
