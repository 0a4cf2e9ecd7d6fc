package io.millrace.simulation.oracle;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Observes a history and finds the first promise that it breaks. Confined to one thread. */
public final class Oracle {
    private final Map<String, StreamOracle> streams = new HashMap<>();
    private Violation violation;

    public void watch(Fact fact) {
        if (violation != null) {
            return;
        }
        violation = (fact instanceof Fact.ProcessFailed(String process, String why)
                ? Optional.of(new Violation(Promise.NO_RECORD_STOPS_A_PROCESS, "", process + " ended: " + why))
                : streams.computeIfAbsent(fact.stream(), StreamOracle::new).watch(fact)).orElse(null);
    }

    /** Returns the first broken promise. */
    public Optional<Violation> violation() {
        return Optional.ofNullable(violation);
    }
}
