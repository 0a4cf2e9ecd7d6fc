package io.millrace.platform.access;

import io.millrace.platform.access.AccessRequest.Action;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Decides who may publish, or who may play, by the {@link AccessGate} of the application of the requested name. A key or
 * hook of one application cannot admit anyone to a stream of an application with other settings. Thread-safe and
 * non-blocking.
 */
public final class AccessGates implements AccessPolicy, AutoCloseable {
    private static final AccessDecision.Refused ELSEWHERE = new AccessDecision.Refused(AccessReason.OTHER_STREAM,
            "what you may use here is a stream of another application, with access settings of its own");

    private final AccessRules rules;
    /** One for all applications with the same settings. */
    private final Map<AccessSettings, AccessGate> gates;
    private final AccessMeters meters;

    private AccessGates(AccessRules rules, Map<AccessSettings, AccessGate> gates, AccessMeters meters) {
        this.rules = rules;
        this.gates = gates;
        this.meters = meters;
    }

    /**
     * Opens the files of all applications.
     *
     * @param action what the policy decides about; requests have this action
     * @param node id of this node, sent to the hooks
     * @throws io.millrace.platform.UserError if a file cannot be read or is not valid
     */
    public static AccessGates open(AccessRules rules, Action action, String node, AccessMeters meters,
            InstantSource clock) {
        Map<AccessSettings, AccessGate> gates = new LinkedHashMap<>();
        try {
            rules.all().distinct().forEach(
                    settings -> gates.put(settings, AccessGate.open(settings, action, node, meters, clock)));
            return new AccessGates(rules, Map.copyOf(gates), meters);
        } catch (RuntimeException e) {
            gates.values().forEach(AccessGate::close);
            throw e;
        }
    }

    @Override
    public CompletableFuture<AccessDecision> decide(AccessRequest request) {
        AccessSettings settings = rules.of(request.stream());
        CompletableFuture<AccessDecision> decision = gates.get(settings).decide(request);
        return gates.size() == 1 ? decision : decision.thenApply(made -> switch (made) {
            case AccessDecision.Allowed allowed when !rules.of(allowed.stream()).equals(settings) -> {
                meters.refused(ELSEWHERE.reason());
                yield ELSEWHERE;
            }
            case AccessDecision.Allowed _,AccessDecision.Refused _ -> made;
        });
    }

    @Override
    public boolean isOpen() {
        return gates.values().stream().allMatch(AccessGate::isOpen);
    }

    @Override
    public boolean reads(String parameter) {
        return gates.values().stream().anyMatch(gate -> gate.reads(parameter));
    }

    /** Checks for changed files now, in addition to the periodic checks. */
    void reloadIfChanged() {
        gates.values().forEach(AccessGate::reloadIfChanged);
    }

    /** Stops watching the files and ends the requests to the hooks. */
    @Override
    public void close() {
        gates.values().forEach(AccessGate::close);
    }
}
