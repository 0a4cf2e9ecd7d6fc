package io.millrace.edge.meters;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Every meter of the edge. Thread-safe. */
public final class EdgeMeters {
    /** The reasons for which this edge closes HTTP connections. All meters are registered at start, with count 0. */
    private static final List<String> HTTP_CLOSES = Stream.of(HttpCloseReason.values()).map(HttpCloseReason::label)
            .toList();
    private static final List<String> DROPS = List.of("slow_viewer", "undecodable");

    private final MeterRegistry registry;
    private final Map<Protocol, AtomicInteger> viewers = new EnumMap<>(Protocol.class);
    private final Map<Protocol, Counter> sentBytes = new EnumMap<>(Protocol.class);
    private final Timer flvLatency;
    private final Timer playlistLatency;
    private final Timer partLatency;
    private final AudienceMeters audience;

    public EdgeMeters(MeterRegistry registry) {
        this.registry = registry;
        // millrace_edge_viewers{protocol}: current viewers; for HLS, the viewers that requested a playlist recently.
        for (Protocol protocol : Protocol.values()) {
            viewers.put(protocol, showViewers(protocol, new AtomicInteger()));
            protocol.closeReasons().forEach(reason -> closes(protocol.label(), reason));
        }
        // millrace_stage_latency_seconds{stage}: from the ingest timestamp until a tag is sent to viewers (edge), until a
        // segment is listed (playlist), and until a part of a low-latency playlist is listed (part).
        flvLatency = latency("edge");
        playlistLatency = latency("playlist");
        partLatency = latency("part");
        // millrace_edge_bytes_sent_total{protocol}: bytes of response bodies and media written to the network.
        for (Protocol protocol : Protocol.values()) {
            sentBytes.put(protocol, Counter.builder("millrace.edge.bytes.sent").tag("protocol", protocol.label())
                    .description("Bytes of response bodies and media written to the network").register(registry));
        }
        HTTP_CLOSES.forEach(reason -> closes("http", reason));
        DROPS.forEach(this::drops);
        audience = new AudienceMeters(registry);
    }

    /** Returns the meters of playback quality. */
    public AudienceMeters audience() {
        return audience;
    }

    private AtomicInteger showViewers(Protocol protocol, AtomicInteger count) {
        Gauge.builder("millrace.edge.viewers", count, AtomicInteger::get).tag("protocol", protocol.label())
                .description("Current viewers of this edge").register(registry);
        return count;
    }

    /** Counts one more viewer. */
    public void joined(Protocol protocol) {
        viewers.get(protocol).incrementAndGet();
    }

    /** Counts one viewer less. */
    public void left(Protocol protocol) {
        viewers.get(protocol).decrementAndGet();
    }

    /** Counts bytes of response bodies or media, without HTTP or WebSocket framing. */
    public void sent(Protocol protocol, long sizeBytes) {
        sentBytes.get(protocol).increment(sizeBytes);
    }

    /** Records the time from the ingest timestamp of a packet until its tag is sent; a negative time counts as 0. */
    public void tagLatency(long micros) {
        flvLatency.record(Math.max(0, micros), TimeUnit.MICROSECONDS);
    }

    /** Records the time from the ingest timestamp of a segment until it is listed; a negative time counts as 0. */
    public void playlistLatency(long micros) {
        playlistLatency.record(Math.max(0, micros), TimeUnit.MICROSECONDS);
    }

    /** Records the time from the ingest timestamp of a part until it is listed; a negative time counts as 0. */
    public void partLatency(long micros) {
        partLatency.record(Math.max(0, micros), TimeUnit.MICROSECONDS);
    }

    /** Counts in millrace_connections_closed_total{protocol,reason}: connections and responses that this edge ended. */
    public void closed(String protocol, String reason) {
        closes(protocol, reason).increment();
    }

    /** Counts a viewer that was disconnected. */
    public void closed(Protocol protocol, String reason) {
        closed(protocol.label(), reason);
    }

    /** Counts in millrace_dropped_total{stage="edge",reason}: tags that slow viewers missed, skipped records. */
    public void dropped(String reason, long count) {
        drops(reason).increment(count);
    }

    private Counter closes(String protocol, String reason) {
        return Counter.builder("millrace.connections.closed").tag("protocol", protocol).tag("reason", reason)
                .description("Connections that ended").register(registry);
    }

    private Counter drops(String reason) {
        return Counter.builder("millrace.dropped").tag("stage", "edge").tag("reason", reason)
                .description("Input that was received and not passed on").register(registry);
    }

    private Timer latency(String stage) {
        return Timer.builder("millrace.stage.latency").tag("stage", stage)
                .description("Time from the ingest timestamp to the end of the stage").publishPercentileHistogram()
                .register(registry);
    }
}
