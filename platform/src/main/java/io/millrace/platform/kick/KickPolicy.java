package io.millrace.platform.kick;

import io.millrace.platform.access.AccessDecision;
import io.millrace.platform.access.AccessMeters;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.access.AccessReason;
import io.millrace.platform.access.AccessRequest;
import java.util.concurrent.CompletionStage;

/** Refuses viewers and publishers that another policy allows while a kick of them is in force. Thread-safe. */
public final class KickPolicy implements AccessPolicy {
    private static final AccessDecision.Refused REFUSED = new AccessDecision.Refused(AccessReason.KICKED,
            "disconnected by the operator");

    private final AccessPolicy policy;
    private final KickTable kicks;
    private final AccessMeters meters;

    public KickPolicy(AccessPolicy policy, KickTable kicks, AccessMeters meters) {
        this.policy = policy;
        this.kicks = kicks;
        this.meters = meters;
    }

    @Override
    public CompletionStage<AccessDecision> decide(AccessRequest request) {
        return policy.decide(request).thenApply(decision -> switch (decision) {
            case AccessDecision.Allowed allowed when isKicked(allowed, request) -> {
                meters.refused(AccessReason.KICKED);
                yield REFUSED;
            }
            case AccessDecision.Allowed _,AccessDecision.Refused _ -> decision;
        });
    }

    private boolean isKicked(AccessDecision.Allowed allowed, AccessRequest request) {
        if (kicks.isEmpty()) {
            return false;
        }
        String stream = allowed.stream().value();
        return switch (request.action()) {
            case PLAY -> kicks.isKicked(stream, allowed.sessionOf(request.source()));
            case PUBLISH -> kicks.isPublisherKicked(stream, allowed.session());
        };
    }

    @Override
    public boolean isOpen() {
        return policy.isOpen();
    }

    @Override
    public boolean allowsAll() {
        return policy.allowsAll() && kicks.isEmpty();
    }

    @Override
    public boolean reads(String parameter) {
        return policy.reads(parameter);
    }
}
