package io.millrace.testkit.oracle;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Observes a history and finds the first promise that it breaks. Confined to one thread. */
public final class Oracle {
    private final Map<String, StreamOracle> streams = new HashMap<>();
    private final boolean isCut;
    private Violation violation;

    /** @param isCut whether the history contains segments */
    public Oracle(boolean isCut) {
        this.isCut = isCut;
    }

    public void watch(Fact fact) {
        if (violation != null) {
            return;
        }
        violation = switch (fact) {
            case Fact.ProcessFailed(String process, String why) ->
                new Violation(Promise.NOTHING_STOPS_A_PROCESS, "", process + " ended: " + why);
            case Fact.Position it when it.position() < it.end() -> new Violation(Promise.POSITIONS_REACH_THE_ENDS, "",
                    "the position in " + it.topic() + "-" + it.partition() + " is " + it.position() + " instead of "
                            + it.end());
            default -> streams.computeIfAbsent(fact.stream(), stream -> new StreamOracle(stream, isCut)).watch(fact)
                    .orElse(null);
        };
    }

    /** Returns the first broken promise. */
    public Optional<Violation> violation() {
        return Optional.ofNullable(violation);
    }
}
