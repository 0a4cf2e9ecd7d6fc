package io.millrace.segmenter.meters;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.millrace.platform.timeline.Verdict;
import io.millrace.segmenter.cut.StreamWarning;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The meters of the segmenter. Thread-safe. */
public final class SegmenterMeters {
    private static final Duration[] LATENCY_BUCKETS = Stream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000,
            5_000, 10_000, 30_000).map(Duration::ofMillis).toArray(Duration[]::new);

    /**
     * The reasons for dropping a packet in addition to {@link Verdict.Reason}. Their counters exist from the start,
     * with the value 0.
     */
    private static final List<String> DROPS = List.of("state", "undecodable", "failed", "unsupported", "no_config",
            "no_keyframe", "new_config", "over_limit", "quarantined", "multitrack", "track_left",
            "cue_repeated", "cue_over_limit", "cue_unknown");

    private final MeterRegistry registry;
    private final Timer latency;
    private final Counter repeated;
    private final Counter quarantined;
    private final Map<StreamWarning, Counter> warnings = new EnumMap<>(StreamWarning.class);

    public SegmenterMeters(MeterRegistry registry) {
        this.registry = registry;
        latency = Timer.builder("millrace.stage.latency").tag("stage", "segmenter")
                .description("Time from the ingest timestamp to the end of the stage")
                .serviceLevelObjectives(LATENCY_BUCKETS)
                .register(registry);
        Stream.concat(DROPS.stream(), Stream.of(Verdict.Reason.values()).map(Verdict.Reason::label))
                .forEach(this::drops);
        repeated = Counter.builder("millrace.segmenter.repeated")
                .description("Outputs that a restart or takeover repeated").register(registry);
        for (StreamWarning warning : StreamWarning.values()) {
            warnings.put(warning, Counter.builder("millrace.segmenter.warnings").tag("code", warning.label())
                    .description("Sessions with a warning, by its code").register(registry));
        }
        quarantined = Counter.builder("millrace.quarantines").tag("stage", "segmenter")
                .description("Sessions given up because their media could not be cut or muxed").register(registry);
    }

    /**
     * Records the latency of a cut.
     *
     * @param micros time since the newest packet of the cut arrived at ingest, in µs. Negative values, which are
     *        possible if the clocks of two nodes differ, count as 0
     */
    public void cut(long micros) {
        latency.record(Math.max(0, micros), TimeUnit.MICROSECONDS);
    }

    /**
     * Counts a packet that is in no cut.
     *
     * @param reason value of the metric tag {@code reason}
     */
    public void dropped(String reason) {
        drops(reason).increment();
    }

    private Counter drops(String reason) {
        return Counter.builder("millrace.dropped").tag("stage", "segmenter").tag("reason", reason)
                .description("Input that was received and not passed on").register(registry);
    }

    /** Counts a warning. Must be called for its first occurrence in a session only. */
    public void warned(StreamWarning warning) {
        warnings.get(warning).increment();
    }

    /** Counts outputs that this process has written again because its predecessor may not have written them. */
    public void repeated(int records) {
        repeated.increment(records);
    }

    /** Counts a session that is skipped from now on because its media could not be cut. */
    public void quarantined() {
        quarantined.increment();
    }
}
