package io.millrace.edge.meters;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The meters of playback quality, from the reports of players (CMCD). They have no label for the stream. Thread-safe. */
public final class AudienceMeters {
    private static final double MS_PER_S = 1_000;
    private static final double BITS_PER_KBIT = 1_000;

    private final Map<Outcome, Counter> reports = new EnumMap<>(Outcome.class);
    private final Counter unwritten;
    private volatile Shown shown = new Shown(0, 0, Quantiles.NONE, Quantiles.NONE, Quantiles.NONE, Quantiles.NONE);

    /** The outcome of a report: the label {@code outcome} of {@code millrace_cmcd_reports_total}. */
    public enum Outcome {
        /** Counted for its session. */
        ACCEPTED,
        /** Not in the format, or with values that no player can have measured, or longer than the limits. */
        MALFORMED,
        /** Without {@code sid}, or an event report without {@code cid}. */
        NO_SESSION,
        /** An event report about a stream that does not exist, or that its sender may not play. */
        NO_STREAM,
        /** The network has sent too many reports in this window. */
        TOO_MANY,
        /** The network has too many sessions. */
        TOO_MANY_PLAYERS,
        /** Not a report, but a session that was displaced because there are too many. */
        DISPLACED
    }

    /** The median and the 95th percentile over the players; NaN if none reports the measure. */
    public record Quantiles(double p50, double p95) {
        public static final Quantiles NONE = new Quantiles(Double.NaN, Double.NaN);
    }

    /** The values of the gauges: sums and distributions over the players that report to this edge. */
    public record Shown(int players, int stalledPlayers, Quantiles startDelayMs, Quantiles latencyMs,
            Quantiles bitrateKbps, Quantiles bufferMs) {}

    AudienceMeters(MeterRegistry registry) {
        for (Outcome outcome : Outcome.values()) {
            reports.put(outcome, Counter.builder("millrace.cmcd.reports")
                    .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                    .description("Reports of players (CMCD) by what became of them").register(registry));
        }
        unwritten = Counter.builder("millrace.dropped").tag("stage", "edge").tag("reason", "audience_unwritten")
                .description("Input that was received and not passed on").register(registry);
        gauge(registry, "millrace.edge.players", "Playback sessions that report to this edge", Shown::players);
        gauge(registry, "millrace.edge.players.stalled", "Playback sessions that have stalled since they began",
                Shown::stalledPlayers);
        quantiles(registry, "millrace.edge.player.start.seconds", "Time from the wish to play until the first picture",
                one -> one.startDelayMs().p50() / MS_PER_S, one -> one.startDelayMs().p95() / MS_PER_S);
        quantiles(registry, "millrace.edge.player.latency.seconds", "How far players are behind the encoder",
                one -> one.latencyMs().p50() / MS_PER_S, one -> one.latencyMs().p95() / MS_PER_S);
        quantiles(registry, "millrace.edge.player.buffer.seconds", "Media that players have buffered",
                one -> one.bufferMs().p50() / MS_PER_S, one -> one.bufferMs().p95() / MS_PER_S);
        quantiles(registry, "millrace.edge.player.bitrate", "Encoded bitrate that players play, bit/s",
                one -> one.bitrateKbps().p50() * BITS_PER_KBIT, one -> one.bitrateKbps().p95() * BITS_PER_KBIT);
    }

    private void quantiles(MeterRegistry registry, String name, String description, ToDoubleFunction<Shown> half,
            ToDoubleFunction<Shown> most) {
        Gauge.builder(name, () -> half.applyAsDouble(shown)).tag("quantile", "0.5").description(description)
                .register(registry);
        Gauge.builder(name, () -> most.applyAsDouble(shown)).tag("quantile", "0.95").description(description)
                .register(registry);
    }

    private void gauge(MeterRegistry registry, String name, String description, ToDoubleFunction<Shown> value) {
        Gauge.builder(name, () -> value.applyAsDouble(shown)).description(description).register(registry);
    }

    public void count(Outcome outcome) {
        reports.get(outcome).increment();
    }

    /** Counts a record about a stream that was not written to the log. */
    public void unwritten() {
        unwritten.increment();
    }

    public void show(Shown now) {
        shown = now;
    }
}
