package io.millrace.platform.access;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Decides who may publish or play. Thread-safe; never blocks. */
@FunctionalInterface
public interface AccessPolicy {
    /** Allows everything, under the requested name. */
    AccessPolicy ALLOW_ALL = new AccessPolicy() {
        @Override
        public CompletionStage<AccessDecision> decide(AccessRequest request) {
            return CompletableFuture.completedFuture(new AccessDecision.Allowed(request.stream()));
        }

        @Override
        public boolean isOpen() {
            return true;
        }
    };

    /**
     * Decides one request. The result never completes exceptionally. It completes within seconds, on any thread;
     * immediately unless another process must be consulted or a signature takes long to verify.
     */
    CompletionStage<AccessDecision> decide(AccessRequest request);

    /** Returns whether the policy never requires credentials. */
    default boolean isOpen() {
        return false;
    }

    /** Returns whether every request is allowed at the moment, so that the policy need not be asked. */
    default boolean allowsAll() {
        return isOpen();
    }

    /**
     * Returns whether a parameter of the query may be part of the credentials. Those that are not need not be sent with
     * later requests of the same viewer.
     */
    default boolean reads(String parameter) {
        return !isOpen();
    }
}
