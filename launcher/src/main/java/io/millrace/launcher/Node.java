package io.millrace.launcher;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.edge.EdgeService;
import io.millrace.edge.EdgeSettings;
import io.millrace.edge.live.Pace;
import io.millrace.ingest.IngestService;
import io.millrace.ingest.IngestSettings;
import io.millrace.ingest.PublicRtmp;
import io.millrace.launcher.broker.BrokerSettings;
import io.millrace.launcher.broker.EmbeddedBroker;
import io.millrace.launcher.settings.HostPort;
import io.millrace.launcher.settings.PublicRtmpUrls;
import io.millrace.launcher.settings.PublishingSettings;
import io.millrace.launcher.settings.Settings;
import io.millrace.launcher.settings.ViewingSettings;
import io.millrace.packager.PackagerService;
import io.millrace.packager.PackagerSettings;
import io.millrace.platform.UserError;
import io.millrace.platform.admin.AdminServer;
import io.millrace.platform.admin.HealthCheck;
import io.millrace.platform.admin.HealthCheck.Status;
import io.millrace.platform.admin.ProcessMeters;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Topics;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
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
        MeterRegistry meters = startAdmin();
        boolean embedded = serving.mayEmbedBroker() && !settings.kafkaGiven();
        KafkaClients kafka = log(embedded, meters);
        Topics.Replicas replicas = Topics.ensure(kafka);
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
            admin = life.opened(AdminServer.start(settings.adminAddress(), meters.registry()));
        } catch (IOException | UnresolvedAddressException e) {
            throw new UserError("the admin port cannot listen on " + settings.adminHost() + ":" + settings.adminPort()
                    + ": " + e.getMessage() + "; stop what listens there, or choose another with --admin-port", e);
        }
        admin.addChecks(List.of(new HealthCheck("process", () -> status)));
        ready.with(ReadyLine.Part.ADMIN, new HostPort(settings.adminHost(), admin.address().getPort()));
        return meters.registry();
    }

    private KafkaClients log(boolean embedded, MeterRegistry meters) {
        if (!embedded) {
            return clients(settings.onCluster(), meters);
        }
        EmbeddedBroker broker = life.opened(
                EmbeddedBroker.start(BrokerSettings.alone(settings.dataDir(), settings.kafkaPort()), life));
        ready.with(ReadyLine.Part.KAFKA, broker.address());
        return clients(settings.onEmbedded(broker.address()), meters);
    }

    private KafkaClients clients(KafkaSettings log, MeterRegistry meters) {
        return settings.kafkaMetrics() ? new KafkaClients(log, meters) : new KafkaClients(log);
    }

    private void start(Stage stage, Serving serving, KafkaClients kafka, MeterRegistry meters,
            Topics.Replicas replicas, boolean embedded) throws InterruptedException {
        switch (stage) {
            case EDGE -> startEdge(!serving.stages().contains(Stage.INGEST), kafka, meters);
            case PACKAGER -> startPackager(kafka, meters);
            case SEGMENTER -> startSegmenter(kafka, meters, replicas, embedded ? 0 : settings.standbyReplicas());
            case INGEST -> startIngest(serving.stages().contains(Stage.EDGE), kafka, meters);
        }
    }

    /** @param listens whether players of RTMP come to a listener of its own */
    private void startEdge(boolean listens, KafkaClients kafka, MeterRegistry meters) {
        ViewingSettings viewing = settings.viewing();
        EdgeSettings edgeSettings = EdgeSettings.of(settings.host(), settings.httpPort(), name)
                .withFlvTickNanos(viewing.flvTick().nanos().orElse(Pace.ADAPTIVE))
                .withHttp(viewing.limits(), viewing.proxies(), viewing.familiarUrls());
        EdgeService edge = stages.opened(Stage.EDGE, EdgeService
                .start(listens ? edgeSettings.withRtmp(listen()) : edgeSettings, kafka, meters, life));
        players = edge.players();
        admin.addChecks(edge.checks());
        admin.add(edge.admin());
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

    private RtmpListen listen() {
        PublishingSettings publishing = settings.publishing();
        return new RtmpListen(settings.host(), settings.rtmpPort(), publishing.rtmpsPort(), publishing.tlsCert(),
                publishing.tlsKey(), publishing.proxies(), publishing.limits().connections());
    }

    private void readyForRtmp(int port, int tlsPort) {
        ready.with(ReadyLine.Part.RTMP, new HostPort(settings.host(), port));
        if (tlsPort != RtmpListen.NONE) {
            ready.with(ReadyLine.Part.RTMPS, new HostPort(settings.host(), tlsPort));
        }
    }

    /** @param withEdge whether an edge is in this process: whoever reached its page reaches ingest by the same host */
    private PublicRtmp addresses(boolean withEdge) {
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
    private void startIngest(boolean plays, KafkaClients kafka, MeterRegistry meters) {
        EpochRules rules = new EpochRules(EpochRules.CURRENT_VERSION, (int) settings.segment().toMillis(),
                (int) settings.part().toMillis(), (int) settings.window().toMillis(),
                (int) settings.grace().toMillis(), List.of(Format.TS));
        PublishingSettings publishing = settings.publishing();
        var ingestSettings = new IngestSettings(listen(), name, addresses(plays), rules, publishing.policy(),
                publishing.maxBitsPerSecond(), publishing.limits().media(), IngestSettings.Limits.DEFAULT);
        IngestService ingest = stages.opened(Stage.INGEST, plays
                ? IngestService.start(ingestSettings, (request, player) -> players.play(request, player), kafka, meters,
                        life)
                : IngestService.start(ingestSettings, kafka, meters, life));
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
