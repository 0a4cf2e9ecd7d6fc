package io.millrace.platform.access;

import io.millrace.media.StreamName;
import io.millrace.platform.access.AccessRequest.Action;
import java.util.List;
import java.util.Set;

/** The result of the verification of a JSON Web Token, which does not depend on the time. Immutable. */
sealed interface JwtResult {
    /**
     * The token is genuine.
     *
     * @param notBeforeS {@code nbf}, seconds since 1970; 0 if it has none
     * @param streams the streams for which it is valid, from the claim {@code streams}
     * @param actions what it permits, from the claim {@code actions}
     * @param session the session of the viewers who have the token, with its {@code exp}
     */
    record Genuine(long notBeforeS, List<StreamPattern> streams, Set<Action> actions,
            ViewerSession session) implements JwtResult {
        public Genuine {
            streams = List.copyOf(streams);
            actions = Set.copyOf(actions);
        }

        /** Decides about an action; {@code stream} is the requested name. */
        AccessDecision decide(Action action, StreamName stream, long nowS) {
            if (nowS >= session.untilS()) {
                return new AccessDecision.Refused(AccessReason.EXPIRED, "the token has expired");
            }
            if (nowS + CLOCK_SKEW_S < notBeforeS) {
                return new AccessDecision.Refused(AccessReason.NOT_YET_VALID, "the token is not valid yet");
            }
            if (!actions.contains(action)) {
                return new AccessDecision.Refused(AccessReason.OTHER_ACTION,
                        "the token does not include the action " + action.label());
            }
            return streams.stream().anyMatch(each -> each.matches(stream))
                    ? new AccessDecision.Allowed(stream, session)
                    : new AccessDecision.Refused(AccessReason.OTHER_STREAM, "the token is for other streams");
        }
    }

    /** The token is not accepted. */
    record Invalid(AccessReason reason, String description) implements JwtResult {}

    /** How far the issuer's clock may be ahead. */
    long CLOCK_SKEW_S = 5;
}
