package io.millrace.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.ingest.meters.IngestMeters;
import io.millrace.platform.access.AccessGates;
import io.millrace.platform.access.AccessMeters;
import io.millrace.platform.access.AccessRequest;
import io.millrace.platform.rtmp.RtmpListener;
import io.millrace.platform.rtmp.RtmpMeters;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.IntPredicate;

/**
 * The part of an ingest node that does not need Kafka: the files of the publish policy, the certificate, and the
 * bound ports, which do not accept connections yet. Opened first, so that an error in any of these is reported
 * immediately.
 */
public record IngestListeners(IngestSettings settings, IngestMeters meters, AccessGates gate, AccessMeters accessMeters,
        RtmpListener listener) implements AutoCloseable {

    /**
     * Opens the policy's files and the certificate, and binds the ports.
     *
     * @param named returns whether a port is named by another setting, so that it must not be taken where "any free
     *        port" is asked for
     * @throws io.millrace.platform.UserError if a file cannot be read or is not valid, or a port cannot be bound
     */
    public static IngestListeners open(IngestSettings settings, MeterRegistry registry, IntPredicate named) {
        var meters = new IngestMeters(registry);
        meters.gaugeSegmentTarget(() -> Duration.ofMillis(settings.rules().get().longestSegmentMs()));
        var accessMeters = new AccessMeters(registry, "ingest", "Publishers");
        AccessGates gate = AccessGates.open(settings.policy(), AccessRequest.Action.PUBLISH, settings.nodeId(),
                accessMeters, InstantSource.system());
        try {
            return new IngestListeners(settings, meters, gate, accessMeters,
                    RtmpListener.bind(settings.listen(), new RtmpMeters(registry), named));
        } catch (RuntimeException e) {
            gate.close();
            throw e;
        }
    }

    /**
     * Disconnects all peers and closes ports and files; see {@link RtmpListener#close} for the time that it may block.
     * Further calls have no effect.
     */
    @Override
    public void close() {
        listener.close();
        gate.close();
    }
}
