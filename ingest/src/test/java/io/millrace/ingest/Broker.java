package io.millrace.ingest;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Sizes;
import io.millrace.platform.kafka.Topics;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** A real Kafka on loopback that can be stopped and started again with its data: a node by itself, or a second one. */
final class Broker implements AutoCloseable {
    private static final String LOOPBACK = OwnLoopback.ADDRESS;
    /** Each broker of this process has a port of its own, which it keeps. */
    private static final AtomicInteger PORTS = new AtomicInteger(11_100);

    private final Path dir;
    private final int node;
    private final String cluster;
    private final int port;
    private final int controllerPort;
    private KafkaRaftServer server;

    Broker(Path dir) throws Exception {
        this(dir, 1, Uuid.randomUuid().toString(), PORTS.incrementAndGet());
    }

    private Broker(Path dir, int node, String cluster, int controllerPort) throws Exception {
        this.dir = dir;
        this.node = node;
        this.cluster = cluster;
        this.port = PORTS.incrementAndGet();
        this.controllerPort = controllerPort;
        start();
    }

    /** Another broker of the cluster, which this one's controller controls. */
    Broker second(Path secondDir) throws Exception {
        return new Broker(secondDir, 2, cluster, controllerPort);
    }

    int node() {
        return node;
    }

    void start() throws Exception {
        if (!Files.exists(dir.resolve("meta.properties"))) {
            new Formatter().setPrintStream(
                    new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setClusterId(cluster).setNodeId(node).setDirectories(List.of(dir.toString()))
                    .setMetadataLogDirectory(dir.toString()).setControllerListenerName("CONTROLLER")
                    .setReleaseVersion(MetadataVersion.latestProduction()).run();
        }
        server = new KafkaRaftServer(new KafkaConfig(config(), false), Time.SYSTEM);
        server.startup();
    }

    /** Clients of topics of their own, so that tests share the broker and nothing else. */
    KafkaClients clients(String topicPrefix) {
        return clients(topicPrefix, 2, 0, Map.of());
    }

    KafkaClients clients(String topicPrefix, int partitions, int replication, Map<String, String> settings) {
        var kafka = new KafkaClients(new KafkaSettings(LOOPBACK + ":" + port, topicPrefix, partitions, replication,
                86_400_000, 1L << 30, settings));
        Topics.ensure(kafka);
        return kafka;
    }

    /** It goes away; it may be closed again. */
    void stop() {
        server.shutdown();
        server.awaitShutdown();
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private Map<String, String> config() {
        String client = "PLAINTEXT://" + LOOPBACK + ":" + port;
        String controller = "CONTROLLER://" + LOOPBACK + ":" + controllerPort;
        boolean controls = node == 1;
        Map<String, String> config = new HashMap<>(Map.of("process.roles", controls ? "broker,controller" : "broker",
                "node.id", String.valueOf(node), "controller.quorum.voters", "1@" + LOOPBACK + ":" + controllerPort,
                "listeners", controls ? client + "," + controller : client, "advertised.listeners", client,
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT", "controller.listener.names", "CONTROLLER",
                "inter.broker.listener.name", "PLAINTEXT", "log.dirs", dir.toString()));
        config.put("offsets.topic.replication.factor", "1");
        config.put("offsets.topic.num.partitions", "1");
        config.put("message.max.bytes", String.valueOf(Sizes.RECORD_BYTES));
        config.put("log.cleaner.dedupe.buffer.size", "4194304");
        config.put("num.network.threads", "2");
        config.put("num.io.threads", "2");
        config.put("group.initial.rebalance.delay.ms", "0");
        return config;
    }
}
