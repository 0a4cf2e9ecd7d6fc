package io.millrace.launcher;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.edge.EdgeService;
import io.millrace.ingest.IngestService;
import io.millrace.ingest.PublicRtmp;
import io.millrace.launcher.broker.BrokerPlace;
import io.millrace.launcher.broker.BrokerSettings;
import io.millrace.launcher.broker.DiskWatch;
import io.millrace.launcher.broker.EmbeddedBroker;
import io.millrace.launcher.broker.RetentionFit;
import io.millrace.launcher.settings.HostPort;
import io.millrace.launcher.settings.PublicRtmpUrls;
import io.millrace.launcher.settings.Settings;
import io.millrace.packager.PackagerService;
import io.millrace.packager.PackagerSettings;
import io.millrace.platform.UserError;
import io.millrace.platform.admin.AdminServer;
import io.millrace.platform.admin.HealthCheck;
import io.millrace.platform.admin.HealthCheck.Status;
import io.millrace.platform.admin.ProcessMeters;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaProbe;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.LogRoom;
import io.millrace.platform.kafka.Topics;
import io.millrace.platform.net.ListenFault;
import io.millrace.platform.rtmp.PlayApplication;
import io.millrace.platform.rtmp.RtmpListen;
import io.millrace.segmenter.SegmenterService;
import io.millrace.segmenter.SegmenterSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One serving process: the broker if it has one, the topics, the stages. The one place where a stage gets its settings.
 * Confined to the thread that starts it, but for the starts of the stages, which run side by side.
 */
final class Node {
    /** A group that another member has just left in a hurry takes its session timeout to notice. */
    private static final long ASSIGNMENT_SECONDS = 60;

    private final ProcessLife life;
    private final Settings settings;
    private final String name = name();
    private final ReadyLine ready = new ReadyLine();
    private AdminServer admin;
    private RunningStages stages;
    private Doors doors;
    private LogRoom room = LogRoom.UNKNOWN;
    /** The edge of this process for the listener of ingest; they start side by side. */
    private volatile PlayApplication players = PlayApplication.none("The server starts, try again");
    private volatile Status status = Status.down("starting");

    Node(ProcessLife life, Settings settings) {
        this.life = life;
        this.settings = settings;
    }

    /**
     * Returns when every stage serves.
     *
     * @return what to print
     * @throws UserError with one line for people
     */
    ReadyLine start(Serving serving) throws InterruptedException {
        boolean embedded = serving.mayEmbedBroker() && !settings.kafkaGiven();
        MeterRegistry meters = startAdmin();
        BrokerPlace place = embedded
                ? life.opened(BrokerPlace.take(BrokerSettings.alone(settings.dataDir(), settings.kafkaPort()),
                        settings::names))
                : null;
        doors = Doors.open(serving.stages(), settings, name, addresses(serving), meters, settings::names, life);
        KafkaClients kafka = log(place, meters);
        Topics.Replicas replicas = topics(kafka);
        admin.addChecks(List.of(life.opened(KafkaProbe.start(kafka)).check()));
        stages = life.opened(new RunningStages());
        stages.start(serving.stages(), stage -> start(stage, serving, kafka, meters, replicas, embedded));
        life.opened(() -> status = Status.down("ending"));
        if (!embedded) {
            // With the log in this process nobody else can take over, and nothing is worth waiting for.
            life.drainFirst(settings.drain(), this::drain);
        }
        status = Status.up("serving");
        return ready;
    }

    private void drain() throws InterruptedException {
        status = Status.down("draining");
        stages.drain(settings.drain());
    }

    private MeterRegistry startAdmin() {
        ProcessMeters meters = life.opened(new ProcessMeters(Version.name(), settings.kafkaMetrics()));
        try {
            admin = life.opened(AdminServer.start(settings.adminAddress(), settings.adminNames(), meters.registry(),
                    settings::names));
        } catch (IOException | UnresolvedAddressException e) {
            throw ListenFault.of("the admin port", settings.adminHost(), settings.adminPort(), "--admin-host",
                    "--admin-port", e);
        }
        admin.addChecks(List.of(new HealthCheck("process", () -> status)));
        ready.with(ReadyLine.Part.ADMIN, new HostPort(settings.adminHost(), admin.address().getPort()));
        return meters.registry();
    }

    private Topics.Replicas topics(KafkaClients kafka) {
        try (Waiting _ = Waiting
                .begin(() -> "Kafka at " + kafka.settings().bootstrapServers() + " to answer, and for its topics")) {
            return Topics.ensure(kafka);
        }
    }

    /** @param place of the broker in this process; null if it is elsewhere */
    private KafkaClients log(BrokerPlace place, MeterRegistry meters) {
        if (place == null) {
            return clients(settings.onCluster(), meters);
        }
        EmbeddedBroker broker = life.opened(EmbeddedBroker.start(place, life));
        DiskWatch disk = life.opened(DiskWatch.start(settings.dataDir(), meters));
        admin.addChecks(List.of(disk.check()));
        room = disk;
        ready.with(ReadyLine.Part.KAFKA, broker.address());
        KafkaSettings log = settings.onEmbedded(broker.address());
        RetentionFit.check(settings.dataDir(), log.retentionBytes());
        return clients(log, meters);
    }

    private KafkaClients clients(KafkaSettings log, MeterRegistry meters) {
        return settings.kafkaMetrics() ? new KafkaClients(log, meters) : new KafkaClients(log);
    }

    private void start(Stage stage, Serving serving, KafkaClients kafka, MeterRegistry meters,
            Topics.Replicas replicas, boolean embedded) throws InterruptedException {
        switch (stage) {
            case EDGE -> startEdge(kafka);
            case PACKAGER -> startPackager(kafka, meters);
            case SEGMENTER -> startSegmenter(kafka, meters, replicas, embedded ? 0 : settings.standbyReplicas());
            case INGEST -> startIngest(serving.stages().contains(Stage.EDGE), kafka);
        }
    }

    private void startEdge(KafkaClients kafka) {
        EdgeService edge = stages.opened(Stage.EDGE, EdgeService.start(doors.edge(), kafka, life));
        players = edge.players();
        admin.addChecks(edge.checks());
        edge.admin().forEach(admin::add);
        edge.rtmp().ifPresent(rtmp -> readyForRtmp(rtmp.port(), rtmp.tlsPort()));
        ready.with(ReadyLine.Part.HTTP, new HostPort(settings.host(), edge.port()));
    }

    private void startSegmenter(KafkaClients kafka, MeterRegistry meters, Topics.Replicas replicas, int standbys) {
        SegmenterService segmenter = stages.opened(Stage.SEGMENTER, SegmenterService.start(
                SegmenterSettings.below(settings.dataDir(), standbys, replicas), kafka, meters, life));
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
            throw new UserError("the packager got no partitions within " + ASSIGNMENT_SECONDS
                    + " s; look whether the Kafka cluster has a working group coordinator", e);
        }
        admin.addChecks(List.of(new HealthCheck("packager", () -> packager.isRunning()
                ? Status.up("packages " + packager.partitions().size() + " partitions")
                : Status.down("has ended"))));
    }

    private void readyForRtmp(int port, int tlsPort) {
        ready.with(ReadyLine.Part.RTMP, new HostPort(settings.host(), port));
        if (tlsPort != RtmpListen.NONE) {
            ready.with(ReadyLine.Part.RTMPS, new HostPort(settings.host(), tlsPort));
        }
    }

    /** Where publishers reach this process: by the host of its page, if it has an edge, unless the settings say. */
    private PublicRtmp addresses(Serving serving) {
        boolean withEdge = serving.stages().contains(Stage.EDGE);
        PublicRtmpUrls urls = settings.publishing().publicRtmp();
        if (urls.told()) {
            return new PublicRtmp.Told(urls.rtmp(), urls.rtmps());
        }
        InetAddress bound = new InetSocketAddress(settings.host(), 0).getAddress();
        if (bound == null || !bound.isAnyLocalAddress() && !bound.isLoopbackAddress()) {
            return new PublicRtmp.Listening(settings.host());
        }
        return new PublicRtmp.Listening(withEdge || bound.isLoopbackAddress() ? null : hostName().orElse(null));
    }

    /** @param plays whether players come to its listener, too */
    private void startIngest(boolean plays, KafkaClients kafka) {
        IngestService ingest = stages.opened(Stage.INGEST, IngestService.start(doors.ingest(), plays
                ? (request, player) -> players.play(request, player)
                : PlayApplication.none("This is an ingest node and plays nothing; play from an edge"), kafka, room,
                life));
        admin.addChecks(ingest.checks());
        readyForRtmp(ingest.port(), ingest.tlsPort());
    }

    /** Tells nodes apart in logs, in the API and in Kafka's client ids: in containers process numbers are all alike. */
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
