package io.millrace.edge.http;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.EdgeSettings;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.HttpCloseReason;
import io.millrace.edge.players.PlayerReports;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.net.ProxySources;
import io.millrace.testkit.Records;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A real listener on a log in memory: {@link #LIVE} has segments 0 to 9, {@link #NEW} and {@link #LOW} have none yet. A
 * test advances the clock of its limits.
 */
final class MemoryEdge implements AutoCloseable {
    static final StreamEntry LIVE = Records.entry("live/show", 17, StreamEntry.State.LIVE);
    static final StreamEntry NEW = Records.entry("live/new", 18, StreamEntry.State.LIVE);

    /** A stream with a video and an audio rendition in CMAF, without segments. */
    static final StreamEntry LOW = Records.ruledBy(Records.CMAF_RULES,
            Records.entry("live/low", 19, StreamEntry.State.LIVE));

    final MemoryLog log = new MemoryLog();
    final ManualClock clock = new ManualClock();
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final int port;
    private final EdgeServer server;

    MemoryEdge(HttpLimits limits, ProxySources proxies, FamiliarUrls familiar) {
        this(limits, proxies, familiar, null);
    }

    /** @param tls null without TLS */
    MemoryEdge(HttpLimits limits, ProxySources proxies, FamiliarUrls familiar, HttpSettings.Tls tls) {
        var directory = new StreamDirectory();
        var meters = new EdgeMeters(registry);
        List.of(LIVE, NEW, LOW).forEach(directory::put);
        log.segments(LIVE, 0, 9);
        server = new EdgeServer(EdgeSettings.of("127.0.0.1", 0, "edge").withHttp(limits, proxies, familiar)
                .withTls(tls).http(),
                AccessPolicy.ALLOW_ALL, 3_600_000, directory, log, log, log, log, log, log,
                new Viewers(meters, InstantSource.system()),
                new PlayerReports(clock::nanoTime, meters.audience()), meters,
                clock);
        port = server.start();
    }

    /** Returns the memory that requests hold. */
    long requestBytes() {
        return server.requestBytes();
    }

    /** Returns the port for HTTPS alone. */
    int tlsPort() {
        return server.tlsPort();
    }

    boolean reloadCertificate() {
        return server.reloadCertificate();
    }

    CompletableFuture<Void> drain() {
        return server.drain();
    }

    double closed(HttpCloseReason reason) {
        return registry.get("millrace.connections.closed").tag("protocol", "http").tag("reason", reason.label())
                .counter().count();
    }

    @Override
    public void close() {
        server.close();
    }
}
