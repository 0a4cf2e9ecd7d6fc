package io.millrace.edge;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.feed.Feeds;
import io.millrace.edge.http.EdgeServer;
import io.millrace.edge.http.ViewersResource;
import io.millrace.platform.Drainable;
import io.millrace.platform.FatalError;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.HealthCheck;
import io.millrace.platform.kafka.KafkaClients;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One edge: reads the log, serves viewers. Thread-safe. */
public final class EdgeService implements AutoCloseable, Drainable {
    private final Feeds feeds;
    private final EdgeServer server;
    private final Viewers viewers;
    private final int port;

    private EdgeService(Feeds feeds, EdgeServer server, Viewers viewers, int port) {
        this.feeds = feeds;
        this.server = server;
        this.viewers = viewers;
        this.port = port;
    }

    /** Returns when the directory has been read to its end and the listener accepts. */
    public static EdgeService start(EdgeSettings settings, KafkaClients kafka, MeterRegistry registry,
            FatalError fatal) {
        var meters = new EdgeMeters(registry);
        var feeds = new Feeds(settings, kafka, meters, fatal);
        var viewers = new Viewers(meters, InstantSource.system());
        EdgeServer server = null;
        try {
            feeds.start();
            server = new EdgeServer(settings, kafka.settings().retentionMs(), feeds.directory(), feeds.epochs(),
                    feeds.parts(), feeds.past(), feeds.pastParts(), feeds.flv(), feeds.flvPast(),
                    viewers, meters);
            return new EdgeService(feeds, server, viewers, server.start());
        } catch (RuntimeException e) {
            if (server != null) {
                server.close();
            }
            feeds.close();
            throw e;
        }
    }

    /** The HTTP port that it listens on. */
    public int port() {
        return port;
    }

    public List<HealthCheck> checks() {
        return feeds.checks();
    }

    /** What it serves at the admin port. */
    public AdminResource admin() {
        return new ViewersResource(viewers);
    }

    /** Viewers of HTTP-FLV are not waited for: their streams have no end but {@link #close}. */
    @Override
    public CompletableFuture<Void> drain(Duration limit) {
        return server.drain();
    }

    @Override
    public void close() {
        server.close();
        feeds.close();
    }
}
