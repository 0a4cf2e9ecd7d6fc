package io.millrace.outbound.relay;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** The meters of the relays. Thread-safe. */
public final class RelayMeters {
    /** Why a session of a relay ended before its epoch. */
    enum Failure {
        /** The target could not be reached, or rejected the stream. */
        REFUSED,
        /** The connection to the target was lost. */
        LOST,
        /** Kafka did not return the media. */
        LOG,
        /** Retention has deleted media before it was sent. */
        EXPIRED
    }

    private final MeterRegistry registry;
    private final Map<Failure, Counter> failures = new EnumMap<>(Failure.class);
    private final Counter bytes;
    private final Counter omitted;

    public RelayMeters(MeterRegistry registry) {
        this.registry = registry;
        for (Failure failure : Failure.values()) {
            failures.put(failure, Counter.builder("millrace.relay.failures")
                    .tag("reason", failure.name().toLowerCase(Locale.ROOT))
                    .description("Sessions of relays that ended early, or did not begin").register(registry));
        }
        bytes = Counter.builder("millrace.relay.bytes").description("Bytes of media that were sent to targets")
                .register(registry);
        omitted = Counter.builder("millrace.relay.omitted.seconds")
                .description("Media that relays have omitted in order to be live")
                .register(registry);
    }

    void failed(Failure failure) {
        failures.get(failure).increment();
    }

    void sent(int sizeBytes) {
        bytes.increment(sizeBytes);
    }

    void omitted(long durationMs) {
        omitted.increment(durationMs / 1_000.0);
    }

    /** Registers the gauge of the relays that are sending. */
    public void gaugeSending(Supplier<Number> sending) {
        Gauge.builder("millrace.relay.sessions", sending).description("Relays of this process that send media")
                .register(registry);
    }

    /** Removes the gauge of a relay that was deleted. */
    void removeBehind(String relay) {
        Gauge gauge = registry.find("millrace.relay.behind.seconds").tag("relay", relay).gauge();
        if (gauge != null) {
            registry.remove(gauge);
        }
    }

    /** Registers the gauge of how far the streams of one relay are behind. */
    public void gaugeBehind(String relay, Supplier<Number> seconds) {
        Gauge.builder("millrace.relay.behind.seconds", seconds).tag("relay", relay)
                .description("Age of the newest media that was sent, of the relay's stream that is farthest behind")
                .register(registry);
    }
}
