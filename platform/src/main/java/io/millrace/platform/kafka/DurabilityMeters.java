package io.millrace.platform.kafka;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.platform.kafka.DurabilityProblem.Condition;
import java.util.List;

/** The meters of {@link DurabilityWatch}. Thread-safe. */
public final class DurabilityMeters {
    private volatile List<DurabilityProblem> problems = List.of();

    public DurabilityMeters(MeterRegistry registry) {
        for (Condition condition : Condition.values()) {
            Gauge.builder("millrace.durability.problems", this, meters -> meters.count(condition))
                    .tag("condition", condition.label())
                    .description("Preconditions of durable media that the topics do not meet").register(registry);
        }
    }

    void set(List<DurabilityProblem> now) {
        problems = List.copyOf(now);
    }

    private long count(Condition condition) {
        return problems.stream().filter(problem -> problem.condition() == condition).count();
    }
}
