package io.millrace.launcher;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.edge.EdgeService;
import io.millrace.edge.EdgeSettings;
import io.millrace.edge.live.Pace;
import io.millrace.ingest.IngestService;
import io.millrace.ingest.IngestSettings;
import io.millrace.launcher.broker.BrokerSettings;
import io.millrace.launcher.broker.EmbeddedBroker;
import io.millrace.launcher.settings.HostPort;
import io.millrace.launcher.settings.PublishingSettings;
import io.millrace.launcher.settings.Settings;
import io.millrace.launcher.settings.ViewingSettings;
import io.millrace.packager.PackagerService;
import io.millrace.packager.PackagerSettings;
import io.millrace.platform.StartupException;
import io.millrace.platform.admin.AdminServer;
import io.millrace.platform.admin.HealthCheck;
import io.millrace.platform.admin.HealthCheck.Status;
import io.millrace.platform.admin.ProcessMeters;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topics;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.segmenter.SegmenterService;
import io.millrace.segmenter.SegmenterSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
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
    private volatile Status status = Status.down("starting");

    Node(ProcessLife life, Settings settings) {
        this.life = life;
        this.settings = settings;
    }

    /**
     * Returns when every stage serves.
     *
     * @return what to print
     * @throws StartupException or {@link UserError}, with one line for people
     */
    ReadyLine start(Serving serving) throws InterruptedException {
        MeterRegistry meters = startAdmin();
        boolean embedded = serving.mayEmbedBroker() && !settings.kafkaGiven();
        KafkaClients kafka = log(embedded, meters);
        Topics.Replicas replicas = Topics.ensure(kafka);
        stages = life.opened(new RunningStages());
        stages.start(serving.stages(), stage -> start(stage, kafka, meters, replicas, embedded));
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
        ProcessMeters meters = life.opened(new ProcessMeters());
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
            return new KafkaClients(settings.onCluster(), meters);
        }
        EmbeddedBroker broker = life.opened(
                EmbeddedBroker.start(BrokerSettings.alone(settings.dataDir(), settings.kafkaPort()), life));
        ready.with(ReadyLine.Part.KAFKA, broker.address());
        return new KafkaClients(settings.onEmbedded(broker.address()), meters);
    }

    private void start(Stage stage, KafkaClients kafka, MeterRegistry meters, Topics.Replicas replicas,
            boolean embedded) throws InterruptedException {
        switch (stage) {
            case EDGE -> startEdge(kafka, meters);
            case PACKAGER -> startPackager(kafka, meters);
            case SEGMENTER -> startSegmenter(kafka, meters, replicas, embedded ? 0 : settings.standbyReplicas());
            case INGEST -> startIngest(kafka, meters);
        }
    }

    private void startEdge(KafkaClients kafka, MeterRegistry meters) {
        ViewingSettings viewing = settings.viewing();
        EdgeService edge = stages.opened(Stage.EDGE, EdgeService.start(
                EdgeSettings.of(settings.host(), settings.httpPort(), name)
                        .withFlvTickNanos(viewing.flvTick().nanos().orElse(Pace.ADAPTIVE))
                        .withHttp(viewing.limits(), viewing.proxies(), viewing.familiarUrls()),
                kafka, meters, life));
        admin.addChecks(edge.checks());
        admin.add(edge.admin());
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
            throw new StartupException("the packager cannot start: " + e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException e) {
            throw new StartupException("the packager got no partitions within " + ASSIGNMENT_SECONDS
                    + " s; look whether the Kafka cluster has a working group coordinator", e);
        }
        admin.addChecks(List.of(new HealthCheck("packager", () -> packager.isRunning()
                ? Status.up("packages " + packager.partitions().size() + " partitions")
                : Status.down("has ended"))));
    }

    private void startIngest(KafkaClients kafka, MeterRegistry meters) {
        EpochRules rules = new EpochRules(EpochRules.CURRENT_VERSION, (int) settings.segment().toMillis(),
                (int) settings.part().toMillis(), (int) settings.window().toMillis(),
                (int) settings.grace().toMillis(), List.of(Format.TS));
        PublishingSettings publishing = settings.publishing();
        var listen = new IngestSettings.Listen(settings.host(), settings.rtmpPort(), publishing.rtmpsPort(),
                publishing.tlsCert(), publishing.tlsKey(), publishing.proxies(), publishing.limits());
        IngestService ingest = stages.opened(Stage.INGEST,
                IngestService.start(new IngestSettings(listen, name, rules, publishing.policy(),
                        publishing.maxBitsPerSecond(), IngestSettings.Limits.DEFAULT), kafka, meters, life));
        admin.addChecks(ingest.checks());
        ready.with(ReadyLine.Part.RTMP, new HostPort(settings.host(), ingest.port()));
        if (ingest.tlsPort() >= 0) {
            ready.with(ReadyLine.Part.RTMPS, new HostPort(settings.host(), ingest.tlsPort()));
        }
    }

    /** Tells nodes apart in logs, in the API and in Kafka's client ids: in containers process numbers are all alike. */
    private static String name() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "node";
        }
        return host + "-" + HexFormat.of().toHexDigits((short) new SecureRandom().nextInt());
    }
}
