package io.millrace.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.ingest.meters.IngestMeters;
import io.millrace.ingest.policy.PublishGate;
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
public record IngestListeners(IngestSettings settings, IngestMeters meters, PublishGate gate,
        RtmpListener listener) implements AutoCloseable {

    /**
     * Opens files and ports.
     *
     * @param named ports that "any free port" must not take
     * @throws io.millrace.platform.UserError if a file or a port cannot be used
     */
    public static IngestListeners open(IngestSettings settings, MeterRegistry registry, IntPredicate named) {
        var meters = new IngestMeters(registry);
        meters.gaugeSegmentTarget(Duration.ofMillis(settings.rules().segmentTargetMs()));
        PublishGate gate = PublishGate.open(settings.policy(), settings.nodeId(), meters, InstantSource.system());
        try {
            return new IngestListeners(settings, meters, gate,
                    RtmpListener.bind(settings.listen(), new RtmpMeters(registry), named));
        } catch (RuntimeException e) {
            gate.close();
            throw e;
        }
    }

    /** Closes ports and files. Further calls have no effect. */
    @Override
    public void close() {
        listener.close();
        gate.close();
    }
}
