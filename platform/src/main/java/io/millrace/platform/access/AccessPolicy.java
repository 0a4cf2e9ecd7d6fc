package io.millrace.platform.access;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Decides who may publish and play. Thread-safe; never blocks. */
@FunctionalInterface
public interface AccessPolicy {
    /** Allows everything, under the requested name. */
    AccessPolicy ALLOW_ALL = request -> CompletableFuture
            .completedFuture(new AccessDecision.Allowed(request.stream()));

    /**
     * Decides one request. The result never completes exceptionally. It completes within seconds, on any thread;
     * immediately unless another process must be consulted.
     */
    CompletionStage<AccessDecision> decide(AccessRequest request);
}
