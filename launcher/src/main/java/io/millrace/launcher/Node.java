package io.millrace.launcher;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.edge.EdgeService;
import io.millrace.edge.http.HttpSettings;
import io.millrace.edge.http.OpenApi;
import io.millrace.ingest.IngestService;
import io.millrace.ingest.PublicRtmp;
import io.millrace.launcher.broker.BrokerPlace;
import io.millrace.launcher.broker.BrokerSettings;
import io.millrace.launcher.broker.DiskWatch;
import io.millrace.launcher.broker.EmbeddedBroker;
import io.millrace.launcher.broker.HostPort;
import io.millrace.launcher.broker.RetentionFit;
import io.millrace.launcher.settings.ListenOptions;
import io.millrace.launcher.settings.ServeOptions;
import io.millrace.outbound.relay.RelayRule;
import io.millrace.outbound.relay.RelayService;
import io.millrace.outbound.relay.RelaySettings;
import io.millrace.outbound.webhook.WebhookService;
import io.millrace.outbound.webhook.WebhookSettings;
import io.millrace.outbound.webhook.WebhookTarget;
import io.millrace.packager.PackagerService;
import io.millrace.packager.loop.PackagerSettings;
import io.millrace.platform.UserError;
import io.millrace.platform.admin.AdminAccess;
import io.millrace.platform.admin.AdminServer;
import io.millrace.platform.admin.HealthCheck;
import io.millrace.platform.admin.HealthCheck.Status;
import io.millrace.platform.admin.ProcessMeters;
import io.millrace.platform.kafka.DurabilityWatch;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaProbe;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.LogSpace;
import io.millrace.platform.kafka.LogVersionWatch;
import io.millrace.platform.kafka.Topics;
import io.millrace.platform.kick.KickMeters;
import io.millrace.platform.kick.Kicks;
import io.millrace.platform.net.ListenFault;
import io.millrace.platform.rtmp.PlayApplication;
import io.millrace.platform.rtmp.RtmpListen;
import io.millrace.platform.stages.StagesResource;
import io.millrace.segmenter.SegmenterService;
import io.millrace.segmenter.SegmenterSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One serving process: starts the admin port, the embedded broker if there is one, the topics and the stages, and gives
 * each stage its settings. Confined to the thread that starts it, except that the stages start concurrently.
 */
final class Node {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    /**
     * How long the packager may wait for partitions. Longer than the session timeout of a group member that died
     * without leaving the group.
     */
    private static final long ASSIGNMENT_SECONDS = 60;

    private final ProcessLife life;
    private final ServeOptions options;
    private final LiveSettings live;
    private final String name = name();
    private final ReadyLine ready = new ReadyLine();
    private List<WebhookTarget> webhooks = List.of();
    private AdminServer admin;
    private RunningStages stages;
    private StageListeners listeners;
    /** The relays of the file; the API may define others. */
    private List<RelayRule> relays = List.of();
    private LogSpace space = LogSpace.UNKNOWN;
    /** Null if no stage of this process has connections of viewers or publishers. */
    private Kicks kicks;
    /**
     * The application that serves players who connect to ingest's listener: the edge of this process, which starts
     * concurrently with ingest.
     */
    private volatile PlayApplication players = PlayApplication.none("The server is starting, try again");
    private volatile Status status = Status.down("starting");

    Node(ProcessLife life, ServeOptions options, LiveSettings live) {
        this.life = life;
        this.live = live;
        this.options = options;
    }

    /**
     * Starts everything. Blocks until every stage serves.
     *
     * @return the line to print on stdout
     * @throws UserError if the process cannot start; the message is one line that says why and what to do
     */
    ReadyLine start(Serving serving) throws InterruptedException {
        boolean embedded = serving.mayEmbedBroker() && !options.isKafkaSet();
        DurabilityWatch.Policy durability = durability(embedded);
        Set<Stage> wanted = wanted(serving);
        MeterRegistry meters = startAdmin();
        BrokerPlace place = embedded
                ? life.opened(BrokerPlace.take(BrokerSettings.alone(options.kafka().dataDir(), options.kafka().port()),
                        options::names))
                : null;
        listeners = StageListeners.open(serving.stages(), options, live::rules, name, addresses(serving), meters,
                options::names,
                life);
        KafkaClients kafka = log(place, meters);
        Topics.Replicas replicas = topics(kafka, durability);
        admin.addChecks(List.of(life.opened(LogVersionWatch.start(kafka, Version.name())).check()));
        admin.addChecks(List.of(life.opened(KafkaProbe.start(kafka)).check(),
                life.opened(DurabilityWatch.start(kafka, durability, meters)).check(), kafka.stopped().check()));
        kafka.stopped().gauge(meters);
        admin.add(new StagesResource(kafka, name));
        if (wanted.contains(Stage.EDGE) || wanted.contains(Stage.INGEST)) {
            startKicks(kafka, meters);
        }
        stages = life.opened(new RunningStages());
        stages.start(wanted, stage -> start(stage, serving, kafka, meters, replicas, embedded));
        life.opened(() -> status = Status.down("ending"));
        if (!embedded) {
            // With the broker in this process, no other node can take over, so there is nothing to drain to.
            life.drainFirst(options.process().drain(), this::drain);
        }
        status = Status.up("serving");
        return ready;
    }

    /** Returns the operations of the admin port, as the OpenAPI document names them. */
    Set<String> operations() {
        return admin.operations();
    }

    /**
     * Reads the relays and webhooks, and returns the stages to run: without webhooks, {@code up} does not run their
     * stage. Relays may be defined later, by the API.
     */
    private Set<Stage> wanted(Serving serving) {
        Set<Stage> wanted = EnumSet.copyOf(serving.stages());
        relays = wanted.contains(Stage.RELAY) ? options.relays().rules() : List.of();
        webhooks = wanted.contains(Stage.WEBHOOKS) ? options.webhooks().targets() : List.of();
        if (webhooks.isEmpty() && serving == Serving.WEBHOOKS) {
            throw new UserError("there are no webhooks; name one with --webhook, or a file with --webhooks, see "
                    + "docs/events.md");
        }
        if (webhooks.isEmpty()) {
            wanted.remove(Stage.WEBHOOKS);
        }
        return wanted;
    }

    private void drain() throws InterruptedException {
        status = Status.down("draining");
        stages.drain(options.process().drain());
    }

    private MeterRegistry startAdmin() {
        ListenOptions listen = options.listen();
        ProcessMeters meters = life.opened(new ProcessMeters(Version.name(), options.process().kafkaMetrics()));
        AdminAccess access = life.opened(AdminAccess.open(listen.adminTokens()));
        try {
            admin = life.opened(AdminServer.start(new InetSocketAddress(listen.adminHost(), listen.adminPort()),
                    listen.adminNames(), access, meters.registry(), options::names));
        } catch (IOException | UnresolvedAddressException e) {
            throw ListenFault.of("the admin port", listen.adminHost(), listen.adminPort(), "--admin-host",
                    "--admin-port", e);
        }
        if (listen.adminTokens() == null && !admin.address().getAddress().isLoopbackAddress()) {
            LOG.warn("everybody who reaches the admin port at {} can list and disconnect viewers; set --admin-tokens",
                    listen.adminHost());
        }
        admin.addChecks(List.of(new HealthCheck("process", () -> status)));
        admin.add(OpenApi.load());
        admin.add(new SettingsResource(live::inForce));
        ready.with(ReadyLine.Part.ADMIN, new HostPort(listen.adminHost(), admin.address().getPort()));
        return meters.registry();
    }

    private Topics.Replicas topics(KafkaClients kafka, DurabilityWatch.Policy durability) {
        try (Waiting _ = Waiting
                .begin(() -> "Kafka at " + kafka.settings().bootstrapServers() + " to answer, and for its topics")) {
            return Topics.ensure(kafka, durability);
        }
    }

    private DurabilityWatch.Policy durability(boolean embedded) {
        boolean required = options.kafka().requireDurability();
        if (embedded && required) {
            throw new UserError("--require-durability cannot be met: the broker of this process would store media only"
                    + " once; run three brokers (./millrace broker) and name them with --kafka, or start without it");
        }
        if (embedded) {
            return DurabilityWatch.Policy.EXPECT_ONE_BROKER;
        }
        return required ? DurabilityWatch.Policy.REQUIRE : DurabilityWatch.Policy.REPORT;
    }

    /** @param place directory and ports of the embedded broker; null if Kafka runs elsewhere */
    private KafkaClients log(BrokerPlace place, MeterRegistry meters) {
        if (place == null) {
            return clients(options.onCluster(), meters);
        }
        EmbeddedBroker broker = life.opened(EmbeddedBroker.start(place, life::abandon));
        DiskWatch disk = life.opened(DiskWatch.start(options.kafka().dataDir(), meters));
        admin.addChecks(List.of(disk.check()));
        space = disk;
        ready.with(ReadyLine.Part.KAFKA, broker.address());
        KafkaSettings log = options.onEmbedded(broker.address());
        RetentionFit.check(options.kafka().dataDir(), log.retentionBytes());
        return clients(log, meters);
    }

    private KafkaClients clients(KafkaSettings log, MeterRegistry meters) {
        return options.process().kafkaMetrics() ? new KafkaClients(log, meters) : new KafkaClients(log);
    }

    private void start(Stage stage, Serving serving, KafkaClients kafka, MeterRegistry meters,
            Topics.Replicas replicas, boolean embedded) throws InterruptedException {
        switch (stage) {
            case EDGE -> startEdge(kafka);
            case RELAY -> startRelays(kafka, meters);
            case WEBHOOKS -> startWebhooks(kafka, meters);
            case PACKAGER -> startPackager(kafka, meters);
            case SEGMENTER ->
                startSegmenter(kafka, meters, replicas, embedded ? 0 : options.process().standbyReplicas());
            case INGEST -> startIngest(serving.stages().contains(Stage.EDGE), kafka);
        }
    }

    private void startKicks(KafkaClients kafka, MeterRegistry meters) {
        kicks = life.opened(Kicks.start(kafka, name, InstantSource.system(), new KickMeters(meters), life));
        admin.addChecks(List.of(kicks.check()));
        kicks.admin().forEach(admin::add);
    }

    private void startEdge(KafkaClients kafka) {
        EdgeService edge = stages.opened(Stage.EDGE, EdgeService.start(listeners.edge(), kicks, kafka, life));
        players = edge.players();
        live.follow(limits -> {
            edge.limit(limits.http());
            edge.rtmp().ifPresent(rtmp -> rtmp.limit(limits.rtmp().connections()));
        });
        admin.addChecks(edge.checks());
        edge.admin().forEach(admin::add);
        admin.add(edge.console());
        edge.rtmp().ifPresent(rtmp -> readyForRtmp(rtmp.port(), rtmp.tlsPort()));
        ready.with(ReadyLine.Part.HTTP, new HostPort(options.listen().host(), edge.port()));
        if (edge.tlsPort() != HttpSettings.NONE) {
            ready.with(ReadyLine.Part.HTTPS, new HostPort(options.listen().host(), edge.tlsPort()));
        }
    }

    private void startRelays(KafkaClients kafka, MeterRegistry meters) {
        RelayService service = stages.opened(Stage.RELAY,
                RelayService.start(new RelaySettings(name, relays), kafka, meters, life));
        admin.addChecks(service.checks());
        service.admin().forEach(admin::add);
    }

    private void startWebhooks(KafkaClients kafka, MeterRegistry meters) {
        WebhookService service = stages.opened(Stage.WEBHOOKS,
                WebhookService.start(new WebhookSettings(name, webhooks), kafka, meters, life));
        admin.addChecks(service.checks());
        service.admin().forEach(admin::add);
    }

    private void startSegmenter(KafkaClients kafka, MeterRegistry meters, Topics.Replicas replicas, int standbys) {
        SegmenterService segmenter = stages.opened(Stage.SEGMENTER, SegmenterService.start(
                SegmenterSettings.below(options.kafka().dataDir(), standbys, replicas), kafka, meters, life));
        admin.addChecks(segmenter.checks());
    }

    private void startPackager(KafkaClients kafka, MeterRegistry meters) throws InterruptedException {
        PackagerService packager = stages.opened(Stage.PACKAGER,
                PackagerService.start(PackagerSettings.of(name), kafka, meters, life));
        try {
            packager.ready().get(ASSIGNMENT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new UserError("the packager cannot start: " + e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException e) {
            throw new UserError("the packager was not assigned any partitions within " + ASSIGNMENT_SECONDS
                    + " s; check that the Kafka cluster has a working group coordinator", e);
        }
        admin.addChecks(List.of(new HealthCheck("packager", () -> packager.isRunning()
                ? Status.up("packages " + packager.partitions().size() + " partitions")
                : Status.down("has ended"))));
    }

    private void readyForRtmp(int port, int tlsPort) {
        ready.with(ReadyLine.Part.RTMP, new HostPort(options.listen().host(), port));
        if (tlsPort != RtmpListen.NONE) {
            ready.with(ReadyLine.Part.RTMPS, new HostPort(options.listen().host(), tlsPort));
        }
    }

    /**
     * Returns the addresses at which publishers reach this process: those of {@code --public-rtmp} if it is set,
     * otherwise the address of the listener. For a listener on loopback, this is the host at which the browser reached
     * the web page; for a listener on all addresses, it is that host if this process runs an edge, otherwise this
     * machine's host name.
     */
    private PublicRtmp addresses(Serving serving) {
        boolean withEdge = serving.stages().contains(Stage.EDGE);
        Optional<PublicRtmp.Configured> configured = options.listen().publicRtmp();
        if (configured.isPresent()) {
            return configured.get();
        }
        InetAddress bound = new InetSocketAddress(options.listen().host(), 0).getAddress();
        if (bound == null || !bound.isAnyLocalAddress() && !bound.isLoopbackAddress()) {
            return new PublicRtmp.Listening(options.listen().host());
        }
        return new PublicRtmp.Listening(withEdge || bound.isLoopbackAddress() ? null : hostName().orElse(null));
    }

    /** @param plays whether ingest's listener also serves players, by the edge of this process */
    private void startIngest(boolean plays, KafkaClients kafka) {
        IngestService ingest = stages.opened(Stage.INGEST, IngestService.start(listeners.ingest(), plays
                ? (request, player) -> players.play(request, player)
                : PlayApplication.none("This is an ingest node and plays nothing; play from an edge"), kicks, kafka,
                space, life));
        live.follow(limits -> ingest.limit(limits.rtmp().connections(), limits.rtmp().media(), limits.rtmp().names(),
                limits.maxBitsPerSecond()));
        admin.addChecks(ingest.checks());
        readyForRtmp(ingest.port(), ingest.tlsPort());
    }

    /**
     * Returns a name that identifies this node in logs, in the API and in Kafka's client ids: the host name and a
     * random number, because process ids are the same in all containers.
     */
    private static String name() {
        return hostName().orElse("node") + "-" + HexFormat.of().toHexDigits((short) new SecureRandom().nextInt());
    }

    private static Optional<String> hostName() {
        try {
            return Optional.of(InetAddress.getLocalHost().getHostName());
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }
}
