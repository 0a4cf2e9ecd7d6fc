package io.millrace.segmenter;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Every meter of the segmenter. Thread-safe. */
public final class SegmenterMeters {
    private static final Duration[] LATENCY_BUCKETS = Stream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000,
            5_000, 10_000, 30_000).map(Duration::ofMillis).toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final Timer latency;
    private final Counter repeated;
    private final Counter quarantined;

    public SegmenterMeters(MeterRegistry registry) {
        this.registry = registry;
        latency = Timer.builder("millrace.stage.latency").tag("stage", "segmenter")
                .description("From the ingest stamp to the end of the stage").serviceLevelObjectives(LATENCY_BUCKETS)
                .register(registry);
        repeated = Counter.builder("millrace.segmenter.repeated")
                .description("Records put out again after a start").register(registry);
        quarantined = Counter.builder("millrace.segmenter.quarantined")
                .description("Sessions whose media could not be cut").register(registry);
    }

    /** A cut is on its way. {@code micros} since its newest packet came in; clocks of two nodes may make it negative. */
    public void cut(long micros) {
        latency.record(Math.max(0, micros), TimeUnit.MICROSECONDS);
    }

    /** @param reason a word: why a packet is in no cut */
    public void dropped(String reason) {
        registry.counter("millrace.dropped", "stage", "segmenter", "reason", reason).increment();
    }

    public void repeated(int records) {
        repeated.increment(records);
    }

    public void quarantined() {
        quarantined.increment();
    }
}
