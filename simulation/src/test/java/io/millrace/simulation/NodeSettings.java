package io.millrace.simulation;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.ingest.IngestSettings;
import io.millrace.ingest.meters.IngestMeters;
import io.millrace.ingest.publish.ApplicationRules;
import io.millrace.ingest.publish.MediaLimits;
import io.millrace.ingest.publish.NameLimits;
import io.millrace.ingest.publish.PublishSettings;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Timeouts;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.simulation.kafka.ModelProducer;
import java.util.List;
import java.util.Map;

/** Settings of the simulated nodes: production's, with a short grace period and without limits on names. */
final class NodeSettings {
    static final int PARTITIONS = 2;
    static final int GRACE_MS = 8_000;
    /** Twice {@link #REQUEST_MS}, as in production, where requests take longer to be repeated. */
    private static final int LEASE_MS = 5_000;
    static final IngestSettings.Limits LIMITS = limits(IngestSettings.Limits.DEFAULT);
    /** Near production's, but fixed: another time would be another history of every seed. */
    private static final int REQUEST_MS = 2_500;
    static final ModelProducer.Times TIMES = new ModelProducer.Times(REQUEST_MS, Timeouts.DELIVERY_MS);
    /** Of segmenters and packagers. In production, a write fails after a time that is longer than a history. */
    static final ModelProducer.Times PATIENT = new ModelProducer.Times(REQUEST_MS, 6_000);
    /** A name only: no client connects to it. */
    static final KafkaClients KAFKA = new KafkaClients(new KafkaSettings("", "", PARTITIONS, 1, 0, -1, Map.of()));
    static final String PACKETS = KAFKA.settings().topic(Topic.PACKETS);
    static final String SESSIONS = KAFKA.settings().topic(Topic.SESSIONS);
    static final String STREAMS = KAFKA.settings().topic(Topic.STREAMS);
    static final String NODES = KAFKA.settings().topic(Topic.NODES);
    /** Shared by all simulations, because no check uses them. */
    static final IngestMeters METERS = new IngestMeters(new SimpleMeterRegistry());

    private static final int ANY = 1_000_000;

    private NodeSettings() {}

    private static IngestSettings.Limits limits(IngestSettings.Limits of) {
        return new IngestSettings.Limits(of.connectionBytes(), of.partitionBytes(), of.bufferBytes(), of.heartbeatMs(),
                LEASE_MS, of.flapWindowMs(), of.closeMs(), of.deliveryMs());
    }

    /** @param formats those of new epochs */
    static PublishSettings of(int node, long process, int rulesVersion, List<Format> formats) {
        var rules = new EpochRules(rulesVersion, 2_000, 500, 30_000, GRACE_MS, formats);
        return new PublishSettings("node-" + node, process, () -> ApplicationRules.same(rules), 0, MediaLimits.DEFAULT,
                new NameLimits(ANY, ANY, ANY),
                LIMITS.flapWindowMs(), new PublishSettings.Unacknowledged(LIMITS.connectionBytes(),
                        LIMITS.partitionBytes(), LIMITS.nodeBytes()));
    }
}
