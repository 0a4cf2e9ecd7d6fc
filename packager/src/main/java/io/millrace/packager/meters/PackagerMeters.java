package io.millrace.packager.meters;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.millrace.platform.log.Gap;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** The meters of the packager. Thread-safe. */
public final class PackagerMeters {
    /** Why a log record or a frame is in no part. */
    public enum Drop {
        /** The record cannot be decoded. */
        UNDECODABLE,
        /**
         * The cut is in the log twice, because the segmenter repeats outputs that its predecessor may not have written.
         */
        REPEATED,
        /**
         * The cut's segment began before the position at which reading started. A predecessor has written the cut's
         * part.
         */
        NO_HEAD,
        /** The log no longer retains the cut's packets. */
        EXPIRED,
        /** The cut belongs to a segment that cannot be muxed. */
        QUARANTINED,
        /** The last part of the segment never arrived. */
        UNFINISHED,
        /** The format cannot carry the frame. */
        FRAME
    }

    private static final Duration[] LATENCY_BUCKETS = Stream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000,
            5_000, 10_000, 30_000).map(Duration::ofMillis).toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final Map<Drop, Counter> drops = new EnumMap<>(Drop.class);
    private final Counter parts;
    private final Counter bytes;
    private final Counter rereads;
    private final Counter quarantines;
    private final Counter retries;
    private final Map<Gap.Reason, Counter> gaps = new EnumMap<>(Gap.Reason.class);
    private final Timer latency;

    public PackagerMeters(MeterRegistry registry) {
        this.registry = registry;
        for (Drop drop : Drop.values()) {
            drops.put(drop, Counter.builder("millrace.dropped").tag("stage", "packager")
                    .tag("reason", drop.name().toLowerCase(Locale.ROOT))
                    .description("Input that was received and not passed on").register(registry));
        }
        parts = counter("millrace.packager.parts", "Parts whose index entry Kafka has acknowledged");
        bytes = counter("millrace.packager.bytes", "Bytes of those parts");
        rereads = counter("millrace.packager.rereads", "Cuts whose packets were read from the log again");
        quarantines = Counter.builder("millrace.quarantines").tag("stage", "packager")
                .description("Sessions given up because their media could not be cut or muxed").register(registry);
        retries = counter("millrace.packager.retries",
                "Reads and writes that Kafka did not complete in time, so that a partition waits and repeats them");
        for (Gap.Reason reason : Gap.Reason.values()) {
            gaps.put(reason, Counter.builder("millrace.packager.gaps")
                    .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                    .description("Segments that were recorded as gaps, in any format").register(registry));
        }
        latency = Timer.builder("millrace.stage.latency").tag("stage", "packager")
                .description("Time from the ingest timestamp to the end of the stage")
                .serviceLevelObjectives(LATENCY_BUCKETS)
                .register(registry);
    }

    /**
     * Registers the gauges of the cached packets that wait for their cuts, and of the parts and index entries that wait
     * for acknowledgements.
     */
    public void gaugeBytes(LongSupplier cached, LongSupplier inFlight) {
        gauge("millrace.packager.cache.bytes", "Cached packets that wait for their cut", cached);
        gauge("millrace.packager.inflight.bytes", "Parts and index entries that Kafka has not acknowledged", inFlight);
    }

    /** Counts a part whose index entry Kafka has acknowledged. */
    public void indexed(int partBytes, long microsSinceArrival) {
        parts.increment();
        bytes.increment(partBytes);
        latency.record(Math.max(0, microsSinceArrival), TimeUnit.MICROSECONDS);
    }

    public void dropped(Drop reason) {
        dropped(reason, 1);
    }

    public void dropped(Drop reason, int count) {
        drops.get(reason).increment(count);
    }

    /** Counts a cut whose packets were not cached and were read from the log again. */
    public void reread() {
        rereads.increment();
    }

    /** Counts a session whose media could not be muxed. */
    public void quarantined() {
        quarantines.increment();
    }

    /** Counts a gap that is written to the index. */
    public void gap(Gap.Reason reason) {
        gaps.get(reason).increment();
    }

    /** Counts a read or write that Kafka did not complete in time and that a partition repeats. */
    public void retried() {
        retries.increment();
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    private void gauge(String name, String description, LongSupplier value) {
        Gauge.builder(name, value, LongSupplier::getAsLong).description(description).strongReference(true)
                .register(registry);
    }
}
