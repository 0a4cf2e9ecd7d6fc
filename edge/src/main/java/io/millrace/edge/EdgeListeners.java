package io.millrace.edge;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.edge.http.HttpPort;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.rtmp.RtmpListener;
import io.millrace.platform.rtmp.RtmpMeters;
import java.util.function.IntPredicate;

/**
 * The part of an edge that does not need Kafka: the access policy and the bound ports, which do not accept connections
 * yet. Opened before the edge connects to Kafka, so that a port conflict is reported at once.
 *
 * @param access who may play
 * @param rtmp null if another service listens for RTMP players
 */
public record EdgeListeners(EdgeSettings settings, AccessPolicy access, MeterRegistry registry, HttpPort http,
        RtmpListener rtmp) implements AutoCloseable {

    /**
     * Binds the ports, without accepting connections.
     *
     * @param access who may play
     * @param named returns true for a port that must not be chosen when any free port is requested
     * @throws io.millrace.platform.UserError if a port cannot be bound
     */
    public static EdgeListeners open(EdgeSettings settings, AccessPolicy access, MeterRegistry registry,
            IntPredicate named) {
        HttpPort http = HttpPort.bind(settings.http(), named);
        try {
            return new EdgeListeners(settings, access, registry, http, settings.rtmp() == null
                    ? null
                    : RtmpListener.bind(settings.rtmp(), new RtmpMeters(registry), named));
        } catch (RuntimeException e) {
            http.close();
            throw e;
        }
    }

    /** Stops accepting connections, disconnects RTMP players, and frees the ports. Blocks for seconds. Idempotent. */
    @Override
    public void close() {
        if (rtmp != null) {
            rtmp.close();
        }
        http.close();
    }
}
