package io.millrace.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.ingest.publish.MediaLimits;
import io.millrace.ingest.publish.NameLimits;
import io.millrace.ingest.publish.PublishDesk;
import io.millrace.ingest.publish.PublishLog;
import io.millrace.ingest.session.ClockSkew;
import io.millrace.ingest.session.Clocks;
import io.millrace.ingest.session.KnownNames;
import io.millrace.ingest.session.LogWriter;
import io.millrace.ingest.session.NodeLeases;
import io.millrace.ingest.session.OwnerLoop;
import io.millrace.ingest.session.OwnerSteps;
import io.millrace.ingest.session.SessionFeed;
import io.millrace.ingest.session.SessionLog;
import io.millrace.platform.Drainable;
import io.millrace.platform.FatalError;
import io.millrace.platform.UserError;
import io.millrace.platform.admin.HealthCheck;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.LogSpace;
import io.millrace.platform.kick.KickMeters;
import io.millrace.platform.kick.KickPolicy;
import io.millrace.platform.kick.Kicks;
import io.millrace.platform.log.IngestNode;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.net.ServerSockets;
import io.millrace.platform.rtmp.ConnectionLimits;
import io.millrace.platform.rtmp.PlayApplication;
import io.millrace.platform.rtmp.RtmpApplication;
import io.millrace.platform.rtmp.RtmpListen;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The ingest stage: accepts RTMP publishers, writes their packets to {@code packets}, and decides together with the
 * other ingest nodes which session of a stream is the current one.
 *
 * <p>Threads: the RTMP server's event loops (messages), the producer's thread (acknowledgements) and one that flushes
 * the producer, one that reads {@code sessions}, one that owns some partitions of {@code sessions}, one for heartbeats,
 * one per watched file of the publish policy, and a virtual thread per request to the hook. None of them waits for
 * another.
 */
public final class IngestService implements AutoCloseable, Drainable {
    /**
     * Delay of the reconnect requests. Load balancers check a node's readiness every second or two; an encoder that is
     * asked to reconnect before such a check would return to this node.
     */
    private static final long NOTICE_MS = 2_000;
    /** The health check is down when no record has been acknowledged for this time although one is outstanding. */
    private static final long STUCK_MS = 5_000;

    private final IngestSettings settings;
    private final LogWriter log;
    private final PublishDesk desk;
    private final ClockSkew skew;
    private final IngestListeners listeners;
    private final ScheduledExecutorService heartbeats;
    private SessionFeed feed;
    private OwnerLoop owner;
    private boolean takesPublishers = true;
    /** Disconnects the publishers of kicks that are read. */
    private final KafkaClients.Closing listening;
    /** Null if the kicks belong to the process. */
    private Kicks ownKicks;

    private IngestService(IngestSettings settings, LogWriter log, PublishDesk desk, ClockSkew skew,
            IngestListeners listeners, KafkaClients.Closing listening) {
        this.settings = settings;
        this.listening = listening;
        this.log = log;
        this.desk = desk;
        this.skew = skew;
        this.listeners = listeners;
        this.heartbeats = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("ingest-heartbeats").daemon().factory());
    }

    /**
     * Starts the stage. Returns when the stage listens, its consumers have their partitions, and the producer has the
     * metadata that the first packet needs. The topics must exist.
     *
     * @throws UserError if a file or a port cannot be used, or Kafka does not respond in time
     */
    public static IngestService start(IngestSettings settings, KafkaClients kafka, MeterRegistry registry,
            FatalError fatal) {
        return start(settings, PlayApplication.none("This is an ingest node and plays nothing; play from an edge"),
                kafka,
                registry, fatal);
    }

    /** Starts the stage with an application for players on the same ports, and kicks of its own, closed with it. */
    public static IngestService start(IngestSettings settings, PlayApplication players, KafkaClients kafka,
            MeterRegistry registry, FatalError fatal) {
        Kicks kicks = Kicks.start(kafka, settings.nodeId(), InstantSource.system(), new KickMeters(registry), fatal);
        try {
            IngestService ingest = start(IngestListeners.open(settings, registry, ServerSockets.NONE_NAMED), players,
                    kicks, kafka, LogSpace.UNKNOWN, fatal);
            ingest.ownKicks = kicks;
            return ingest;
        } catch (RuntimeException e) {
            kicks.close();
            throw e;
        }
    }

    /**
     * Starts the stage with listeners that are already open.
     *
     * @param listeners closed with the service, or if the service cannot start
     * @param kicks the kicks of this process, not closed with the service
     * @param space whether the log has disk space; every publish is refused while it has none
     */
    public static IngestService start(IngestListeners listeners, PlayApplication players, Kicks kicks,
            KafkaClients kafka, LogSpace space, FatalError fatal) {
        InstantSource clock = InstantSource.system();
        IngestSettings settings = listeners.settings();
        var log = LogWriter.start(kafka, "millrace-ingest-" + settings.nodeId(), settings.limits().bufferBytes(),
                settings.limits().batchBytes(kafka.settings().partitions()), settings.limits().deliveryMs());
        var names = new KnownNames();
        long process = process();
        var nodes = new NodeLeases(process, settings.limits().leaseBeats());
        var skew = new ClockSkew();
        listeners.meters().gaugeClockSkew(skew::skewMs);
        var desk = new PublishDesk(settings.publish(process), new PublishLog(kafka, log, space),
                new KickPolicy(listeners.gate(), kicks.table(), listeners.accessMeters()), names,
                new Clocks(clock, IngestService::monotonicMs, skew), listeners.meters(), new SecureRandom());
        var service = new IngestService(settings, log, desk, skew, listeners, kicks.listen(desk::apply));
        try {
            service.run(kafka, names, nodes, process, new OwnerSteps(log, names, clock, listeners.meters()), fatal);
            listeners.listener().serve(RtmpApplication.of(desk, players));
            service.announce(fatal);
            return service;
        } catch (RuntimeException e) {
            service.close();
            throw e;
        }
    }

    private void run(KafkaClients kafka, KnownNames names, NodeLeases nodes, long process, OwnerSteps steps,
            FatalError fatal) {
        feed = SessionFeed.start(kafka, "ingest-sessions-" + settings.nodeId(), desk, names,
                (heartbeat, appendedAtMs) -> {
                    nodes.onHeartbeat(heartbeat.process());
                    if (heartbeat.process() == process && appendedAtMs != SessionFeed.UNKNOWN_MS) {
                        skew.onHeartbeat(heartbeat.clockMs(), appendedAtMs);
                    }
                }, listeners.meters(), fatal);
        owner = OwnerLoop.start(kafka, "ingest-owner-" + settings.nodeId(), settings.limits().leaseMs(), nodes, skew,
                steps, fatal);
        int periodMs = settings.limits().heartbeatMs();
        // Not at a fixed rate: heartbeats that catch up after a pause would count as time that has passed.
        heartbeats.scheduleWithFixedDelay(() -> heartbeat(fatal), 0, periodMs, TimeUnit.MILLISECONDS);
    }

    /**
     * Returns a random number for this process: a node that restarts with the same id must not keep the sessions of its
     * former process alive.
     */
    private static long process() {
        long process = SessionNotice.NO_PROCESS;
        while (process == SessionNotice.NO_PROCESS) {
            process = new SecureRandom().nextLong();
        }
        return process;
    }

    private static long monotonicMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    private void announce(FatalError fatal) {
        IngestNode node = settings.addresses().announced(settings.nodeId(), port(), tlsPort(),
                settings.listen().certificate() != null, settings.policy().needsKey());
        heartbeats.scheduleAtFixedRate(() -> {
            try {
                announce(node);
            } catch (RuntimeException e) {
                fatal.fatal("the announcement of this node failed", e);
            }
        }, 0, IngestNode.REPEATED.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Announces this node. A failed announcement is repeated soon. Synchronized, so that no announcement follows the
     * tombstone of {@link #withdraw}.
     */
    private synchronized void announce(IngestNode node) {
        if (takesPublishers) {
            log.node(node, SessionLog.Outcome.IGNORED);
        }
    }

    /** Withdraws the announcement of this node, which accepts no more publishers. Further calls have no effect. */
    private synchronized void withdraw() {
        if (takesPublishers) {
            takesPublishers = false;
            log.nodeGone(settings.nodeId(), SessionLog.Outcome.IGNORED);
        }
    }

    private void heartbeat(FatalError fatal) {
        try {
            desk.heartbeat();
        } catch (RuntimeException e) {
            fatal.fatal("the heartbeat of this process failed", e);
        }
    }

    /**
     * Returns the health checks: packets are acknowledged, {@code sessions} is read and owned, and the clock agrees
     * with the brokers' clock.
     */
    public List<HealthCheck> checks() {
        return List.of(new HealthCheck("ingest-log", () -> {
            long stuckMs = log.stuckMs();
            return stuckMs < STUCK_MS
                    ? HealthCheck.Status.up("packets are acknowledged")
                    : HealthCheck.Status.down("nothing was acknowledged for " + stuckMs + " ms");
        }), new HealthCheck("ingest-sessions", () -> feed.isRunning() && owner.isRunning()
                ? HealthCheck.Status.up("sessions are read")
                : HealthCheck.Status.down("a reader of sessions has ended")),
                new HealthCheck("clock", () -> skew.wrongMs().isEmpty()
                        ? HealthCheck.Status.up("differs from the brokers' clock by " + skew.skewMs() + " ms")
                        : HealthCheck.Status.down("differs from the brokers' clock by " + skew.skewMs()
                                + " ms: synchronise the clocks (NTP)")));
    }

    /**
     * Refuses new publishers, and asks the connected ones that support it to reconnect. The result completes when the
     * publishers and players that were asked have left; the others stay until {@link #close}.
     *
     * @param limit how long the caller waits; publishers are asked after 2 s, or after a quarter of {@code limit} if
     *        that is less
     */
    @Override
    public CompletableFuture<Void> drain(Duration limit) {
        withdraw();
        return CompletableFuture.allOf(desk.drain(Math.min(NOTICE_MS, limit.toMillis() / 4)),
                listeners.listener().askPlayersToLeave("The server is shutting down, connect again"));
    }

    /**
     * Changes the limits, for connections and publishers that come from now on.
     *
     * @param ceilingBitsPerSecond bitrate limit of one publisher, 0 for no limit
     */
    public void limit(ConnectionLimits connections, MediaLimits media, NameLimits names, long ceilingBitsPerSecond) {
        listeners.listener().limit(connections);
        desk.limit(media, names, ceilingBitsPerSecond);
    }

    /** Returns the RTMP port. */
    public int port() {
        return listeners.listener().port();
    }

    /** Returns the RTMPS port, or {@link RtmpListen#NONE} if there is none. */
    public int tlsPort() {
        return listeners.listener().tlsPort();
    }

    /**
     * Ends every session in the log, tells the encoders, and hands the owned partitions over to other nodes. Blocks for
     * at most {@code closeMs} until the ends are acknowledged, 8 s to close the sockets, 5 s for each of the two
     * consumer threads, and {@code closeMs} for the remaining records.
     */
    @Override
    public void close() {
        withdraw();
        listening.close();
        desk.close(settings.limits().closeMs());
        listeners.close();
        heartbeats.shutdownNow();
        if (owner != null) {
            owner.close();
        }
        if (feed != null) {
            feed.close();
        }
        log.close(settings.limits().closeMs());
        if (ownKicks != null) {
            ownKicks.close();
        }
    }
}
