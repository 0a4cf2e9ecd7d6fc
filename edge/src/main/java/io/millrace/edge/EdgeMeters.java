package io.millrace.edge;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.millrace.edge.http.CloseReason;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Every meter of the edge. Thread-safe. */
public final class EdgeMeters {
    /** Why this edge ends connections of HTTP; there from the start, at 0, as all that follow. */
    private static final List<String> HTTP_CLOSES = Stream.of(CloseReason.values()).map(CloseReason::label).toList();
    private static final List<String> FLV_CLOSES = List.of("slow");
    private static final List<String> DROPS = List.of("slow_viewer", "undecodable");

    private final MeterRegistry registry;
    private final AtomicInteger flvViewers = new AtomicInteger();
    private final Timer flvLatency;
    private final Timer playlistLatency;
    private final Counter flvBytes;
    private final Counter hlsBytes;

    public EdgeMeters(MeterRegistry registry) {
        this.registry = registry;
        // millrace_edge_viewers{protocol}: viewers now; for HLS who asked for a playlist a moment ago.
        Gauge.builder("millrace.edge.viewers", flvViewers, AtomicInteger::get).tag("protocol", "flv")
                .register(registry);
        // millrace_stage_latency_seconds{stage}: from the ingest stamp to: edge, a tag given to its viewers; playlist, a
        // segment listed.
        flvLatency = latency("edge");
        playlistLatency = latency("playlist");
        // millrace_edge_bytes_sent_total{protocol}: bodies handed to the network.
        flvBytes = bytesSent("flv");
        hlsBytes = bytesSent("hls");
        HTTP_CLOSES.forEach(reason -> closes("http", reason));
        FLV_CLOSES.forEach(reason -> closes("flv", reason));
        DROPS.forEach(this::drops);
    }

    /** HLS viewers are counted elsewhere and asked for when the gauge is read. */
    public void hlsViewers(Supplier<Number> count) {
        Gauge.builder("millrace.edge.viewers", count).tag("protocol", "hls").register(registry);
    }

    public void flvJoined() {
        flvViewers.incrementAndGet();
    }

    public void flvLeft() {
        flvViewers.decrementAndGet();
    }

    public void flvSent(long sizeBytes) {
        flvBytes.increment(sizeBytes);
    }

    public void hlsSent(long sizeBytes) {
        hlsBytes.increment(sizeBytes);
    }

    public void tagLatency(long micros) {
        flvLatency.record(Math.max(0, micros), TimeUnit.MICROSECONDS);
    }

    public void playlistLatency(long micros) {
        playlistLatency.record(Math.max(0, micros), TimeUnit.MICROSECONDS);
    }

    /** millrace_connections_closed_total{protocol,reason}: connections and responses that this edge ended. */
    public void closed(String protocol, String reason) {
        closes(protocol, reason).increment();
    }

    /** millrace_dropped_total{stage="edge",reason}: tags that slow viewers did not get, records that were skipped. */
    public void dropped(String reason, long count) {
        drops(reason).increment(count);
    }

    private Counter closes(String protocol, String reason) {
        return Counter.builder("millrace.connections.closed").tag("protocol", protocol).tag("reason", reason)
                .description("Connections that ended").register(registry);
    }

    private Counter drops(String reason) {
        return Counter.builder("millrace.dropped").tag("stage", "edge").tag("reason", reason)
                .description("What came in and was not passed on").register(registry);
    }

    private Timer latency(String stage) {
        return Timer.builder("millrace.stage.latency").tag("stage", stage).publishPercentileHistogram()
                .register(registry);
    }

    private Counter bytesSent(String protocol) {
        return registry.counter("millrace.edge.bytes.sent", "protocol", protocol);
    }
}
