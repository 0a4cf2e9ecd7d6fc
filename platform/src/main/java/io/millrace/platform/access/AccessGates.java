package io.millrace.platform.access;

import io.millrace.media.StreamName;
import io.millrace.platform.access.AccessRequest.Action;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
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

    private final AccessGate byDefault;
    private final List<OfApplication> applications;
    /** All of them, each once: applications with the same settings share a gate. */
    private final Collection<AccessGate> all;
    private final AccessMeters meters;

    private record OfApplication(StreamPattern pattern, AccessGate gate) {}

    private AccessGates(AccessRules rules, Map<AccessSettings, AccessGate> gates, AccessMeters meters) {
        byDefault = gates.get(rules.byDefault());
        applications = rules.applications().stream()
                .map(each -> new OfApplication(each.pattern(), gates.get(each.settings()))).toList();
        all = List.copyOf(gates.values());
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
            return new AccessGates(rules, gates, meters);
        } catch (RuntimeException e) {
            gates.values().forEach(AccessGate::close);
            throw e;
        }
    }

    @Override
    public CompletableFuture<AccessDecision> decide(AccessRequest request) {
        if (all.size() == 1) {
            return byDefault.decide(request);
        }
        AccessGate gate = of(request.stream());
        return gate.decide(request).thenApply(decision -> switch (decision) {
            case AccessDecision.Allowed allowed when of(allowed.stream()) != gate -> {
                meters.refused(ELSEWHERE.reason());
                yield ELSEWHERE;
            }
            case AccessDecision.Allowed _,AccessDecision.Refused _ -> decision;
        });
    }

    private AccessGate of(StreamName stream) {
        return StreamPattern.ofApplication(stream.value(), applications, OfApplication::pattern)
                .map(OfApplication::gate).orElse(byDefault);
    }

    @Override
    public boolean isOpen() {
        return all.stream().allMatch(AccessGate::isOpen);
    }

    @Override
    public boolean reads(String parameter) {
        return all.stream().anyMatch(gate -> gate.reads(parameter));
    }

    /** Checks for changed files now, in addition to the periodic checks. */
    void reloadIfChanged() {
        all.forEach(AccessGate::reloadIfChanged);
    }

    /** Stops watching the files and ends the requests to the hooks. */
    @Override
    public void close() {
        all.forEach(AccessGate::close);
    }
}
