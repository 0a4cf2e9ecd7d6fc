package io.millrace.ingest;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.millrace.ingest.policy.Decision;
import io.millrace.platform.log.Packet;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** Every meter of ingest. Thread-safe. */
public final class IngestMeters {
    /** Why something that came in is not in the log. */
    public enum Drop {
        /** A codec or packet type that we do not know. */
        UNSUPPORTED_CODEC,
        /** Bytes that break their standard: NAL lengths that do not fit, a broken configuration. */
        MALFORMED,
        /** More than {@link io.millrace.ingest.publish.MediaLimits} allows. */
        OVER_LIMIT,
        /** A video frame before its configuration. */
        NO_CONFIG,
        /** Nothing to show: a command frame, an end of sequence, an empty message. */
        NO_MEDIA;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Duration[] LATENCY_BUCKETS = Stream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000,
            5_000, 10_000, 30_000).map(Duration::ofMillis).toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final Map<Packet.Kind, Counter> packets = new EnumMap<>(Packet.Kind.class);
    private final Map<Drop, Counter> drops = new EnumMap<>(Drop.class);
    private final Counter bytes;
    private final Counter pauses;
    private final Counter takeovers;
    private final Counter flaps;
    private final Counter suspicions;
    private final Counter claimsAgain;
    private final Counter failures;
    private final Counter bitrateWarnings;
    private final Map<Decision.Reason, Counter> refusals = new EnumMap<>(Decision.Reason.class);
    private final Counter hookFailures;
    private final Timer hook;
    private final Timer latency;
    private final AtomicInteger sessions = new AtomicInteger();

    public IngestMeters(MeterRegistry registry) {
        this.registry = registry;
        for (Packet.Kind kind : Packet.Kind.values()) {
            packets.put(kind,
                    Counter.builder("millrace.ingest.packets").tag("kind", kind.name().toLowerCase(Locale.ROOT))
                            .description("Packets that the log has acknowledged").register(registry));
        }
        for (Drop drop : Drop.values()) {
            drops.put(drop, Counter.builder("millrace.dropped").tag("stage", "ingest").tag("reason", drop.word())
                    .description("What came in and was not passed on").register(registry));
        }
        bytes = counter("millrace.ingest.bytes", "Bytes of media that the log has acknowledged");
        pauses = counter("millrace.ingest.pauses", "Times that a publisher's socket was not read for a while");
        takeovers = counter("millrace.ingest.takeovers", "Publishers of this node that a newer one has replaced");
        flaps = counter("millrace.ingest.flaps", "Publishers refused because takeovers came too often");
        suspicions = counter("millrace.ingest.suspicions", "Sessions ended because their node was silent");
        claimsAgain = counter("millrace.ingest.claims.again", "Sessions begun anew because theirs was declared over");
        failures = counter("millrace.ingest.failures", "Publishers closed because the log did not take a packet");
        bitrateWarnings = counter("millrace.ingest.bitrate.warnings", "Publishers that came near to the ceiling");
        for (Decision.Reason reason : Decision.Reason.values()) {
            refusals.put(reason, Counter.builder("millrace.ingest.refused").tag("reason", reason.word())
                    .description("Publishers that were not let in").register(registry));
        }
        hookFailures = counter("millrace.ingest.hook.failures", "Questions to the hook without an answer");
        hook = Timer.builder("millrace.ingest.hook").description("How long the hook takes to answer")
                .serviceLevelObjectives(LATENCY_BUCKETS).register(registry);
        latency = Timer.builder("millrace.stage.latency").tag("stage", "ingest")
                .description("From the ingest stamp to the end of the stage").serviceLevelObjectives(LATENCY_BUCKETS)
                .register(registry);
        Gauge.builder("millrace.sessions.active", sessions, AtomicInteger::get)
                .description("Publishers of this node with a session").register(registry);
    }

    /** Shows the bytes that the node has sent to the log and that are not acknowledged. */
    public void showInFlight(LongSupplier inFlightBytes) {
        Gauge.builder("millrace.ingest.inflight.bytes", inFlightBytes, LongSupplier::getAsLong)
                .description("Bytes on their way to the log").strongReference(true).register(registry);
    }

    /** Shows the names in the directory. */
    public void showNames(IntSupplier names) {
        Gauge.builder("millrace.ingest.names", names, IntSupplier::getAsInt)
                .description("Stream names in the directory").strongReference(true).register(registry);
    }

    /** Shows how long the segments of streams that begin here are to be. */
    public void showSegmentTarget(Duration target) {
        Gauge.builder("millrace.ingest.segment.target", () -> target.toMillis() / 1_000.0).baseUnit("seconds")
                .description("Target duration of segments of streams that begin here").register(registry);
    }

    /** A packet is in the log. */
    public void acknowledged(Packet.Kind kind, int bodyBytes, long microsSinceArrival) {
        packets.get(kind).increment();
        bytes.increment(bodyBytes);
        latency.record(microsSinceArrival, TimeUnit.MICROSECONDS);
    }

    public void dropped(Drop reason) {
        drops.get(reason).increment();
    }

    public void sessionBegan() {
        sessions.incrementAndGet();
    }

    public void sessionEnded() {
        sessions.decrementAndGet();
    }

    public void paused() {
        pauses.increment();
    }

    public void takenOver() {
        takeovers.increment();
    }

    public void flapped() {
        flaps.increment();
    }

    public void suspected() {
        suspicions.increment();
    }

    public void claimedAgain() {
        claimsAgain.increment();
    }

    public void failed() {
        failures.increment();
    }

    public void nearCeiling() {
        bitrateWarnings.increment();
    }

    public void refused(Decision.Reason reason) {
        refusals.get(reason).increment();
    }

    /** Yes, no, or nothing. */
    public void hookAnswered(long nanos) {
        hook.record(nanos, TimeUnit.NANOSECONDS);
    }

    public void hookFailed() {
        hookFailures.increment();
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }
}
