package io.millrace.ingest.meters;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.millrace.platform.log.Packet;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Every meter of ingest. Thread-safe. */
public final class IngestMeters {
    /** Why a received message is not in the log: the value of the tag {@code reason}. */
    public enum Drop {
        /** An unknown codec or packet type. */
        UNSUPPORTED_CODEC,
        /** Bytes that violate their standard, such as NAL lengths that do not fit or a malformed configuration. */
        MALFORMED,
        /** More than {@link io.millrace.ingest.publish.MediaLimits} allows. */
        OVER_LIMIT,
        /** A frame before the configuration that it needs. */
        NO_CONFIG,
        /** Nothing to show: a command frame, an end of sequence, an empty message. */
        NO_MEDIA,
        /**
         * A track that the session does not have: the encoder's tracks changed so soon after an earlier change that no
         * other session is claimed.
         */
        OTHER_TRACK,
        /** A record of the log that no release of Millrace has written. */
        UNDECODABLE;

        public String label() {
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
    private final Counter trackChanges;
    private final Counter failures;
    private final Counter bitrateWarnings;
    private final Map<AdmissionReason, Counter> refusals = new EnumMap<>(AdmissionReason.class);
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
            drops.put(drop, Counter.builder("millrace.dropped").tag("stage", "ingest").tag("reason", drop.label())
                    .description("Input that was received and not passed on").register(registry));
        }
        bytes = counter("millrace.ingest.bytes", "Bytes of media that the log has acknowledged");
        pauses = counter("millrace.ingest.pauses", "Pauses in reading a publisher's socket");
        takeovers = counter("millrace.ingest.takeovers", "Publishers of this node that a newer one replaced");
        flaps = counter("millrace.ingest.flaps", "Publishers refused because of too many takeovers");
        suspicions = counter("millrace.ingest.suspicions", "Sessions ended because their node was silent");
        claimsAgain = counter("millrace.ingest.claims.again",
                "Sessions started again because another node had ended the previous one");
        trackChanges = counter("millrace.ingest.track.changes",
                "Sessions started again because the encoder's tracks had changed");
        failures = counter("millrace.ingest.failures",
                "Publishers disconnected because the log did not accept a packet");
        bitrateWarnings = counter("millrace.ingest.bitrate.warnings",
                "Publishers that came close to their bitrate limit");
        for (AdmissionReason reason : AdmissionReason.values()) {
            refusals.put(reason, Counter.builder("millrace.ingest.refused").tag("reason", reason.label())
                    .description("Publishers that were refused").register(registry));
        }
        latency = Timer.builder("millrace.stage.latency").tag("stage", "ingest")
                .description("Time from the ingest timestamp to the end of the stage")
                .serviceLevelObjectives(LATENCY_BUCKETS)
                .register(registry);
        Gauge.builder("millrace.sessions.active", sessions, AtomicInteger::get)
                .description("Publishers of this node with a session").register(registry);
    }

    /** Registers the gauge of bytes that were sent to the log and are not acknowledged. */
    public void gaugeInFlight(LongSupplier inFlightBytes) {
        Gauge.builder("millrace.ingest.inflight.bytes", inFlightBytes, LongSupplier::getAsLong)
                .description("Bytes sent to the log and not acknowledged yet").strongReference(true).register(registry);
    }

    /** Registers the gauge of the difference between this machine's clock and the brokers' clock. */
    public void gaugeClockSkew(LongSupplier skewMs) {
        Gauge.builder("millrace.clock.skew", () -> skewMs.getAsLong() / 1_000.0).baseUnit("seconds")
                .description("How far this machine's clock is ahead of the brokers' clock").strongReference(true)
                .register(registry);
    }

    /** Registers the gauge of stream names in the directory. */
    public void gaugeNames(IntSupplier names) {
        Gauge.builder("millrace.ingest.names", names, IntSupplier::getAsInt)
                .description("Stream names in the directory").strongReference(true).register(registry);
    }

    /** Registers the gauge of the target duration of segments. */
    public void gaugeSegmentTarget(Supplier<Duration> target) {
        Gauge.builder("millrace.ingest.segment.target", () -> target.get().toMillis() / 1_000.0).baseUnit("seconds")
                .description("Target duration of the segments of streams published on this node").register(registry);
    }

    /** Counts a packet that the log has acknowledged, and records the time since it arrived. */
    public void acknowledged(Packet.Kind kind, int bodyBytes, long microsSinceArrival) {
        packets.get(kind).increment();
        bytes.increment(bodyBytes);
        latency.record(microsSinceArrival, TimeUnit.MICROSECONDS);
    }

    public void dropped(Drop reason) {
        drops.get(reason).increment();
    }

    /** Counts one more publisher with a session. The caller must call {@link #sessionEnded} when the session ends. */
    public void sessionBegan() {
        sessions.incrementAndGet();
    }

    public void sessionEnded() {
        sessions.decrementAndGet();
    }

    public void paused() {
        pauses.increment();
    }

    /** Counts a publisher of this node that was replaced by a newer one, on any node. */
    public void takenOver() {
        takeovers.increment();
    }

    /** Counts a publisher that was refused because publishers take the stream over from each other repeatedly. */
    public void flapped() {
        flaps.increment();
    }

    /** Counts a session that this node ended because the session's own node was silent. */
    public void suspected() {
        suspicions.increment();
    }

    /** Counts a session that was replaced because the encoder's tracks had changed. */
    public void tracksChanged() {
        trackChanges.increment();
    }

    /** Counts a session that was replaced because it had been declared over, or because the log had lost records. */
    public void claimedAgain() {
        claimsAgain.increment();
    }

    /** Counts a publisher that was disconnected because the log did not accept a packet. */
    public void failed() {
        failures.increment();
    }

    /** Counts a warning that a publisher exceeds its bitrate limit. */
    public void nearCeiling() {
        bitrateWarnings.increment();
    }

    /** Counts a publisher that was refused after the policy had allowed it. */
    public void refused(AdmissionReason reason) {
        refusals.get(reason).increment();
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }
}
