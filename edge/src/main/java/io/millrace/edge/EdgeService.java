package io.millrace.edge;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.http.AudienceResource;
import io.millrace.edge.http.ConsoleFiles;
import io.millrace.edge.http.EdgeServer;
import io.millrace.edge.http.HttpLimits;
import io.millrace.edge.http.LimitClock;
import io.millrace.edge.http.ViewersResource;
import io.millrace.edge.log.EdgeAnnouncer;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.players.AudienceFeed;
import io.millrace.edge.players.PlayerReports;
import io.millrace.edge.rtmp.PlayDesk;
import io.millrace.platform.Drainable;
import io.millrace.platform.FatalError;
import io.millrace.platform.access.AccessMeters;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.admin.AdminFiles;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.HealthCheck;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kick.KickMeters;
import io.millrace.platform.kick.KickPolicy;
import io.millrace.platform.kick.Kicks;
import io.millrace.platform.net.ServerSockets;
import io.millrace.platform.publish.PublishApplication;
import io.millrace.platform.rtmp.PlayApplication;
import io.millrace.platform.rtmp.RtmpApplication;
import io.millrace.platform.rtmp.RtmpListener;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** One edge: reads the log and serves viewers. Thread-safe. */
public final class EdgeService implements AutoCloseable, Drainable {
    private final Feeds feeds;
    private final EdgeServer server;
    private final Viewers viewers;
    private final Kicks kicks;
    /** Disconnects the viewers of kicks that are read; closed before their event loops. */
    private final KafkaClients.Closing listening;
    private boolean ownsKicks;
    private final PlayDesk desk;
    /** Null if what viewers experience is not collected. */
    private final AudienceFeed audience;
    private final EdgeAnnouncer announcer;
    /** Null if another service listens for RTMP players. */
    private final RtmpListener rtmp;
    private final int port;

    private EdgeService(Feeds feeds, EdgeServer server, Viewers viewers, Kicks kicks, KafkaClients.Closing listening,
            PlayDesk desk, AudienceFeed audience, EdgeAnnouncer announcer, RtmpListener rtmp, int port) {
        this.announcer = announcer;
        this.feeds = feeds;
        this.server = server;
        this.viewers = viewers;
        this.kicks = kicks;
        this.listening = listening;
        this.desk = desk;
        this.audience = audience;
        this.rtmp = rtmp;
        this.port = port;
    }

    /** Binds the ports and starts an edge on which everybody may play; see {@link #start(EdgeListeners, Kicks, KafkaClients, FatalError)}. */
    public static EdgeService start(EdgeSettings settings, KafkaClients kafka, MeterRegistry registry,
            FatalError fatal) {
        return start(settings, AccessPolicy.ALLOW_ALL, kafka, registry, fatal, Ticker.systemTicker(),
                LimitClock.SYSTEM);
    }

    /**
     * Starts an edge with kicks of its own, which are closed with it.
     *
     * @param pastTicker the clock for the expiry of cached reads of past media
     * @param clock the clock for time limits of HTTP clients and for held viewers
     */
    static EdgeService start(EdgeSettings settings, AccessPolicy access, KafkaClients kafka, MeterRegistry registry,
            FatalError fatal, Ticker pastTicker, LimitClock clock) {
        Kicks kicks = Kicks.start(kafka, settings.node(), InstantSource.system(), new KickMeters(registry), fatal);
        try {
            EdgeService edge = start(EdgeListeners.open(settings, access, registry, ServerSockets.NONE_NAMED), kicks,
                    kafka, fatal, pastTicker, clock);
            edge.ownsKicks = true;
            return edge;
        } catch (RuntimeException | Error e) {
            kicks.close();
            throw e;
        }
    }

    /**
     * Starts the edge. Blocks until the directory has been read to its end and the listeners accept connections.
     *
     * @param listeners the bound ports; closed with the service, or if the service cannot start
     * @param kicks the kicks of this process, not closed with the service
     * @param fatal called if a thread that reads the log fails
     * @throws io.millrace.platform.UserError if the directory cannot be read in time
     */
    public static EdgeService start(EdgeListeners listeners, Kicks kicks, KafkaClients kafka, FatalError fatal) {
        return start(listeners, kicks, kafka, fatal, Ticker.systemTicker(), LimitClock.SYSTEM);
    }

    private static EdgeService start(EdgeListeners listeners, Kicks kicks, KafkaClients kafka, FatalError fatal,
            Ticker pastTicker, LimitClock clock) {
        EdgeSettings settings = listeners.settings();
        Feeds feeds = null;
        KafkaClients.Closing listening = () -> {};
        EdgeServer server = null;
        AudienceFeed audience = null;
        try {
            var meters = new EdgeMeters(listeners.registry());
            feeds = new Feeds(settings, kafka, meters, fatal, pastTicker);
            var viewers = new Viewers(meters, InstantSource.system(), kicks.table()::isKicked);
            listening = kicks.listen(viewers::apply);
            var access = new KickPolicy(listeners.access(), kicks.table(),
                    new AccessMeters(listeners.registry(), "edge", "Viewers"));
            feeds.start();
            PlayerReports reports = null;
            if (settings.audienceInterval() != null) {
                reports = new PlayerReports(clock::nanoTime, meters.audience());
                audience = new AudienceFeed(kafka, settings.node(), reports, settings.audienceInterval(),
                        meters.audience(), fatal);
                audience.start();
            }
            server = new EdgeServer(listeners.http(), settings.http(), access,
                    kafka.settings().retentionMs(),
                    feeds.directory(),
                    feeds.epochs(),
                    feeds.parts(), feeds.past(), feeds.pastParts(), feeds.flv(), feeds.flvPast(),
                    viewers, reports, meters, clock);
            int port = server.start();
            var desk = new PlayDesk(access, feeds.directory(), feeds.flv(), viewers,
                    settings.http().limits().connections(), meters, clock::schedule);
            if (listeners.rtmp() != null) {
                listeners.rtmp().serve(RtmpApplication.of(PublishApplication.none(
                        "This is an edge and takes no publishers; publish to an ingest node"), desk));
            }
            EdgeAnnouncer announcer = EdgeAnnouncer.start(kafka, settings.node(), () -> viewers.count(_ -> true));
            return new EdgeService(feeds, server, viewers, kicks, listening, desk, audience, announcer,
                    listeners.rtmp(), port);
        } catch (RuntimeException | Error e) {
            listening.close();
            if (server != null) {
                server.close();
            }
            listeners.close();
            if (audience != null) {
                audience.close();
            }
            if (feeds != null) {
                feeds.close();
            }
            throw e;
        }
    }

    /** Returns the bound HTTP port. */
    public int port() {
        return port;
    }

    /** Returns the port for HTTPS alone; negative if there is none. */
    public int tlsPort() {
        return server.tlsPort();
    }

    /** Changes the limits of HTTP, for connections and players that are accepted from now on. */
    public void limit(HttpLimits limits) {
        server.limit(limits);
        desk.limit(limits.connections());
    }

    /** Returns the application that answers RTMP players, to be served by the listener of another service. */
    public PlayApplication players() {
        return desk;
    }

    /** Returns the listener for RTMP players; empty if another service listens for them. */
    public Optional<RtmpListener> rtmp() {
        return Optional.ofNullable(rtmp);
    }

    /** Returns the health checks of the threads that read the log. */
    public List<HealthCheck> checks() {
        return audience == null
                ? feeds.checks()
                : Stream.concat(feeds.checks().stream(), Stream.of(audience.check())).toList();
    }

    /** Returns the resources for the admin port. */
    public List<AdminResource> admin() {
        return Stream.concat(Stream.of(new ViewersResource(viewers, kicks::write, InstantSource.system()),
                new AudienceResource(audience == null ? null : audience.totals())),
                feeds.admin(viewers).stream()).toList();
    }

    /** Returns the kicks that this edge obeys. */
    Kicks kicks() {
        return kicks;
    }

    /** Returns the console, which uses these resources. */
    public AdminFiles console() {
        return ConsoleFiles.load();
    }

    /**
     * Stops accepting connections, lets HTTP responses finish, and asks RTMP players that support it to reconnect to
     * another node; an edge without a listener for RTMP asks no players. The result waits neither for FLV viewers, whose
     * streams end only with {@link #close}, nor for RTMP players that cannot be asked.
     *
     * @param limit not used: nothing is cut off when it has passed; the caller stops waiting
     */
    @Override
    public CompletableFuture<Void> drain(Duration limit) {
        announcer.close();
        if (rtmp == null) {
            return server.drain();
        }
        rtmp.stopAccepting();
        return CompletableFuture.allOf(server.drain(),
                rtmp.askPlayersToLeave("The server is shutting down, connect again"));
    }

    /** Returns the number of requests and players that wait for their stream. */
    int awaitedStreams() {
        return feeds.directory().awaited();
    }

    /** Returns the number of RTMP players that wait for something to play. */
    int heldPlayers() {
        return desk.held();
    }

    /** Disconnects all viewers and ends all threads. Blocks for seconds. */
    @Override
    public void close() {
        announcer.close();
        listening.close();
        if (rtmp != null) {
            rtmp.close();
        }
        server.close();
        if (audience != null) {
            audience.close();
        }
        feeds.close();
        if (ownsKicks) {
            kicks.close();
        }
    }
}
