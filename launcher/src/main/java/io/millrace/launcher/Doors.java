package io.millrace.launcher;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.edge.EdgeDoor;
import io.millrace.edge.EdgeSettings;
import io.millrace.edge.live.Pace;
import io.millrace.ingest.IngestDoor;
import io.millrace.ingest.IngestSettings;
import io.millrace.ingest.PublicRtmp;
import io.millrace.launcher.settings.PublishingSettings;
import io.millrace.launcher.settings.Settings;
import io.millrace.launcher.settings.ViewingSettings;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.rtmp.RtmpListen;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * The doors of the stages of one process: ports and files, opened before Kafka is met.
 *
 * @param ingest null without that stage
 * @param edge null without that stage
 */
record Doors(IngestDoor ingest, EdgeDoor edge) {
    /**
     * Opens them; {@code life} closes them.
     *
     * @param addresses where publishers reach ingest
     */
    static Doors open(Set<Stage> stages, Settings settings, String name, PublicRtmp addresses, MeterRegistry meters,
            IntPredicate named, ProcessLife life) {
        boolean ingests = stages.contains(Stage.INGEST);
        IngestDoor ingest = ingests
                ? life.opened(IngestDoor.open(ingest(settings, name, addresses), meters, named))
                : null;
        EdgeDoor edge = stages.contains(Stage.EDGE)
                ? life.opened(EdgeDoor.open(edge(settings, name, !ingests), meters, named))
                : null;
        return new Doors(ingest, edge);
    }

    private static IngestSettings ingest(Settings settings, String name, PublicRtmp addresses) {
        EpochRules rules = new EpochRules(EpochRules.CURRENT_VERSION, (int) settings.segment().toMillis(),
                (int) settings.part().toMillis(), (int) settings.window().toMillis(),
                (int) settings.grace().toMillis(), List.of(Format.TS));
        PublishingSettings publishing = settings.publishing();
        return new IngestSettings(listen(settings), name, addresses, rules, publishing.policy(),
                publishing.maxBitsPerSecond(),
                publishing.limits().media(), publishing.limits().names(), IngestSettings.Limits.DEFAULT);
    }

    /** @param listens whether players of RTMP come to a listener of its own */
    private static EdgeSettings edge(Settings settings, String name, boolean listens) {
        ViewingSettings viewing = settings.viewing();
        EdgeSettings edge = EdgeSettings.of(settings.host(), settings.httpPort(), name)
                .withFlvTickNanos(viewing.flvTick().nanos().orElse(Pace.ADAPTIVE))
                .withHttp(viewing.limits(), viewing.proxies(), viewing.familiarUrls());
        return listens ? edge.withRtmp(listen(settings)) : edge;
    }

    private static RtmpListen listen(Settings settings) {
        PublishingSettings publishing = settings.publishing();
        return new RtmpListen(settings.host(), settings.rtmpPort(), publishing.rtmpsPort(), publishing.tlsCert(),
                publishing.tlsKey(), publishing.proxies(), publishing.limits().connections());
    }
}
