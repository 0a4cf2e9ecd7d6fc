package io.millrace.edge;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.edge.feed.Feeds;
import io.millrace.edge.http.EdgeServer;
import io.millrace.platform.FatalError;
import io.millrace.platform.admin.HealthCheck;
import io.millrace.platform.kafka.KafkaClients;
import java.util.List;

/** One edge: reads the log, serves viewers. Thread-safe. */
public final class EdgeService implements AutoCloseable {
    private final Feeds feeds;
    private final EdgeServer server;
    private final int port;

    private EdgeService(Feeds feeds, EdgeServer server, int port) {
        this.feeds = feeds;
        this.server = server;
        this.port = port;
    }

    /** Returns when the directory has been read to its end and the listener accepts. */
    public static EdgeService start(EdgeSettings settings, KafkaClients kafka, MeterRegistry registry,
            FatalError fatal) {
        var meters = new EdgeMeters(registry);
        var feeds = new Feeds(settings, kafka, meters, fatal);
        EdgeServer server = null;
        try {
            feeds.start();
            server = new EdgeServer(settings, kafka.settings().retentionMs(), feeds.directory(), feeds.epochs(),
                    feeds.parts(), feeds.flv(), meters);
            return new EdgeService(feeds, server, server.start());
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

    @Override
    public void close() {
        server.close();
        feeds.close();
    }
}
