package io.millrace.launcher;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.edge.EdgeListeners;
import io.millrace.edge.EdgeSettings;
import io.millrace.edge.players.AudienceFeed;
import io.millrace.ingest.IngestListeners;
import io.millrace.ingest.IngestSettings;
import io.millrace.ingest.PublicRtmp;
import io.millrace.ingest.publish.ApplicationRules;
import io.millrace.launcher.settings.HttpOptions;
import io.millrace.launcher.settings.ListenOptions;
import io.millrace.launcher.settings.PublishOptions;
import io.millrace.launcher.settings.ServeOptions;
import io.millrace.platform.access.AccessGates;
import io.millrace.platform.access.AccessMeters;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.access.AccessRequest;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.Supplier;

/**
 * The bound ports and checked files of the stages of one process. They are opened before Kafka is started or contacted,
 * so that a port in use or an unreadable file is reported immediately.
 *
 * @param ingest null if the process does not run ingest
 * @param edge null if the process does not run an edge
 */
record StageListeners(IngestListeners ingest, EdgeListeners edge) {
    /**
     * Opens the listeners of the given stages. {@code life} closes them.
     *
     * @param rules returns the rules of epochs that begin now
     * @param name name of this node
     * @param addresses addresses at which publishers reach ingest
     * @param named returns whether a flag names a port; such a port is never chosen for a flag with the value 0
     */
    static StageListeners open(Set<Stage> stages, ServeOptions options, Supplier<ApplicationRules> rules, String name,
            PublicRtmp addresses, MeterRegistry meters,
            IntPredicate named, ProcessLife life) {
        boolean ingests = stages.contains(Stage.INGEST);
        IngestListeners ingest = ingests
                ? life.opened(IngestListeners.open(ingest(options, rules, name, addresses), meters, named))
                : null;
        EdgeListeners edge = stages.contains(Stage.EDGE)
                ? life.opened(
                        EdgeListeners.open(edge(options, name, !ingests), players(options, name, meters, life), meters,
                                named))
                : null;
        return new StageListeners(ingest, edge);
    }

    /** Opens the policy that decides who may play. */
    private static AccessPolicy players(ServeOptions options, String name, MeterRegistry meters, ProcessLife life) {
        return life.opened(AccessGates.open(options.players(), AccessRequest.Action.PLAY, name,
                new AccessMeters(meters, "edge", "Viewers"), InstantSource.system()));
    }

    private static IngestSettings ingest(ServeOptions options, Supplier<ApplicationRules> rules, String name,
            PublicRtmp addresses) {
        PublishOptions publish = options.publish();
        return new IngestSettings(options.rtmp(), name, addresses, rules, options.publishers(),
                publish.maxBitsPerSecond(), publish.limits().media(), publish.limits().names(),
                IngestSettings.Limits.DEFAULT);
    }

    /** @param listens whether the edge has its own RTMP listener; otherwise players use ingest's listener */
    private static EdgeSettings edge(ServeOptions options, String name, boolean listens) {
        ListenOptions listen = options.listen();
        HttpOptions http = options.http();
        EdgeSettings edge = EdgeSettings.of(listen.host(), listen.httpPort(), name)
                .withFlvTickNanos(options.process().flvTickNanos())
                .withHttp(http.limits(), http.proxies(), http.familiarUrls()).withOrigins(options.play().origins())
                .withTls(options.https()).withAudience(options.play().audience() ? AudienceFeed.INTERVAL : null);
        return listens ? edge.withRtmp(options.rtmp()) : edge;
    }
}
