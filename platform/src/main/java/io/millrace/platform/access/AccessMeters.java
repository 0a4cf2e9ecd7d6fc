package io.millrace.platform.access;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Counts the decisions of a policy and the requests to its hook. All are registered at start. Thread-safe. */
public final class AccessMeters {
    private static final Duration[] LATENCY_BUCKETS = Stream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000,
            5_000, 10_000, 30_000).map(Duration::ofMillis).toArray(Duration[]::new);

    private final Map<AccessReason, Counter> refusals = new EnumMap<>(AccessReason.class);
    private final Counter hookFailures;
    private final Timer hook;

    /**
     * @param stage the stage that asks the policy, which begins the names: {@code millrace_ingest_refused_total}
     * @param who the peers in the descriptions, such as {@code Publishers}
     */
    public AccessMeters(MeterRegistry registry, String stage, String who) {
        String prefix = "millrace." + stage + '.';
        for (AccessReason reason : AccessReason.values()) {
            refusals.put(reason, Counter.builder(prefix + "refused").tag("reason", reason.label())
                    .description(who + " that were refused").register(registry));
        }
        hookFailures = Counter.builder(prefix + "hook.failures").description("Questions that the hook did not answer")
                .register(registry);
        hook = Timer.builder(prefix + "hook").description("Time until the hook answers")
                .serviceLevelObjectives(LATENCY_BUCKETS)
                .register(registry);
    }

    /** Counts a request that was refused. */
    public void refused(AccessReason reason) {
        refusals.get(reason).increment();
    }

    /** Records the duration of a request to the hook, whether or not the hook answered. */
    void hookAnswered(long nanos) {
        hook.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Counts a request to which the hook gave no valid answer in time. */
    void hookFailed() {
        hookFailures.increment();
    }
}
