package io.millrace.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.ingest.policy.PublishGate;
import io.millrace.platform.rtmp.RtmpListener;
import io.millrace.platform.rtmp.RtmpMeters;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.IntPredicate;

/**
 * What an ingest node has before it meets Kafka: the files that say who may publish, the certificate, and its bound ports,
 * which accept nobody yet. Opened first, so that whatever of these is wrong is reported at once.
 */
public record IngestDoor(IngestSettings settings, IngestMeters meters, PublishGate gate,
        RtmpListener listener) implements AutoCloseable {

    /**
     * @param named ports that "any free one" does not take
     * @throws io.millrace.platform.UserError with one line for people
     */
    public static IngestDoor open(IngestSettings settings, MeterRegistry registry, IntPredicate named) {
        var meters = new IngestMeters(registry);
        meters.showSegmentTarget(Duration.ofMillis(settings.rules().segmentTargetMs()));
        PublishGate gate = PublishGate.open(settings.policy(), settings.nodeId(), meters, InstantSource.system());
        try {
            return new IngestDoor(settings, meters, gate,
                    RtmpListener.bind(settings.listen(), new RtmpMeters(registry), named));
        } catch (RuntimeException e) {
            gate.close();
            throw e;
        }
    }

    /** Again does no harm. */
    @Override
    public void close() {
        listener.close();
        gate.close();
    }
}
