package io.millrace.edge.players;

import io.millrace.platform.log.AudienceReport;
import java.util.OptionalLong;

/** Sums and distributions over the players of one stream, or of one edge. Confined to one thread. */
public final class StreamAudience {
    private final Histogram startDelayMs = new Histogram();
    private final Histogram latencyMs = new Histogram();
    private final Histogram bitrateKbps = new Histogram();
    private final Histogram bufferMs = new Histogram();
    private int edges;
    private int players;
    private int stalledPlayers;
    private long stalls;

    /** A value that half of the players that report the measure do not exceed, and one that 95 of 100 do not. */
    public record Quantiles(long p50, long p95) {}

    void add(PlayerSession session) {
        players++;
        stalls += session.stalls();
        stalledPlayers += session.stalls() > 0 ? 1 : 0;
        startDelayMs.add(session.measures().startDelayMs());
        latencyMs.add(session.measures().latencyMs());
        bitrateKbps.add(session.measures().bitrateKbps());
        bufferMs.add(session.measures().bufferMs());
    }

    /** Adds the players of another edge. */
    void add(AudienceReport report) {
        edges += report.players() > 0 ? 1 : 0;
        players += report.players();
        stalledPlayers += report.stalls().players();
        stalls += report.stalls().count();
        startDelayMs.add(report.measures().startDelayMs());
        latencyMs.add(report.measures().latencyMs());
        bitrateKbps.add(report.measures().bitrateKbps());
        bufferMs.add(report.measures().bufferMs());
    }

    AudienceReport report(String stream, String edge, long atMs) {
        return new AudienceReport(stream, edge, atMs, players, new AudienceReport.Stalls(stalledPlayers, stalls),
                new AudienceReport.Measures(startDelayMs.buckets(), latencyMs.buckets(), bitrateKbps.buckets(),
                        bufferMs.buckets()));
    }

    /** Returns the number of edges with players; 0 for the sums of one edge. */
    public int edges() {
        return edges;
    }

    public int players() {
        return players;
    }

    /** Returns the number of players that have stalled since they began. */
    public int stalledPlayers() {
        return stalledPlayers;
    }

    /** Returns the stalls of all players since they began. */
    public long stalls() {
        return stalls;
    }

    /** Returns the time from the wish to play until the first picture, ms; null if no player reports it. */
    public Quantiles startDelayMs() {
        return quantiles(startDelayMs);
    }

    /** Returns how far players are behind the encoder, ms; null if no player reports it. */
    public Quantiles latencyMs() {
        return quantiles(latencyMs);
    }

    /** Returns the encoded bitrate, kbit/s; null if no player reports it. */
    public Quantiles bitrateKbps() {
        return quantiles(bitrateKbps);
    }

    /** Returns the buffered media, ms; null if no player reports it. */
    public Quantiles bufferMs() {
        return quantiles(bufferMs);
    }

    private static Quantiles quantiles(Histogram of) {
        OptionalLong half = of.quantile(0.5);
        return half.isEmpty() ? null : new Quantiles(half.getAsLong(), of.quantile(0.95).getAsLong());
    }
}
