package io.millrace.edge.http;

import io.millrace.media.StreamName;
import io.millrace.platform.access.AccessDecision;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.access.AccessReason;
import io.millrace.platform.access.AccessRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** An access policy that answers when the test says so. Confined to one thread. */
public final class HeldPolicy implements AccessPolicy {
    /** The questions so far. */
    public final List<AccessRequest> asked = new ArrayList<>();
    private final List<CompletableFuture<AccessDecision>> decisions = new ArrayList<>();

    @Override
    public CompletionStage<AccessDecision> decide(AccessRequest request) {
        asked.add(request);
        decisions.add(new CompletableFuture<>());
        return decisions.getLast();
    }

    /** Allows the latest question under the requested name. */
    public void allow() {
        allow(asked.getLast().stream().value());
    }

    /** Allows the latest question. */
    public void allow(String stream) {
        decisions.getLast().complete(new AccessDecision.Allowed(new StreamName(stream)));
    }

    /** Refuses the latest question. */
    public void refuse(String description) {
        refuse(AccessReason.HOOK_REFUSED, description);
    }

    /** Refuses the latest question. */
    public void refuse(AccessReason reason, String description) {
        decisions.getLast().complete(new AccessDecision.Refused(reason, description));
    }

    /** The latest question fails because of a bug. */
    public void fail() {
        decisions.getLast().completeExceptionally(new IllegalStateException("a bug"));
    }
}
