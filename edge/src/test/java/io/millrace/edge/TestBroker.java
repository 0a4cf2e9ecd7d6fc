package io.millrace.edge;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Sizes;
import io.millrace.platform.kafka.Topics;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** A real Kafka of one node inside the test's process, with Millrace's topics. */
public final class TestBroker implements AutoCloseable {
    private static final int PARTITIONS = 2;
    private static final long RETENTION_MS = 86_400_000;

    private final KafkaRaftServer server;
    private final String bootstrap;

    public TestBroker(Path dir) throws Exception {
        this(dir, Map.of());
    }

    /** A broker with more settings. */
    public TestBroker(Path dir, Map<String, String> more) throws Exception {
        try (Socket clientsPort = held(); Socket controllersPort = held()) {
            int port = clientsPort.getLocalPort();
            server = new KafkaRaftServer(
                    new KafkaConfig(config(dir, port, controllersPort.getLocalPort(), more), false), Time.SYSTEM);
            server.startup();
            bootstrap = "127.0.0.1:" + port;
        }
    }

    private static Map<String, String> config(Path dir, int port, int controllerPort, Map<String, String> more)
            throws Exception {
        Map<String, String> config = new HashMap<>(Map.of("process.roles", "broker,controller", "node.id", "1",
                "controller.quorum.voters", "1@127.0.0.1:" + controllerPort, "listeners",
                "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort, "advertised.listeners",
                "PLAINTEXT://127.0.0.1:" + port, "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT", "controller.listener.names", "CONTROLLER",
                "inter.broker.listener.name", "PLAINTEXT", "log.dirs", dir.toString(), "auto.create.topics.enable",
                "false"));
        config.put("offsets.topic.replication.factor", "1");
        config.put("transaction.state.log.replication.factor", "1");
        config.put("transaction.state.log.min.isr", "1");
        config.put("share.coordinator.state.topic.replication.factor", "1");
        config.put("share.coordinator.state.topic.min.isr", "1");
        config.put("log.cleaner.dedupe.buffer.size", "4194304");
        config.put("message.max.bytes", Integer.toString(Sizes.RECORD_BYTES));
        config.put("num.network.threads", "2");
        config.put("num.io.threads", "2");
        config.putAll(more);
        new Formatter().setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setClusterId(Uuid.randomUuid().toString()).setNodeId(1).setDirectories(List.of(dir.toString()))
                .setMetadataLogDirectory(dir.toString()).setControllerListenerName("CONTROLLER")
                .setReleaseVersion(MetadataVersion.latestProduction()).run();
        return config;
    }

    /** Clients of topics of their own. */
    public KafkaClients clients(String prefix) {
        var its = new KafkaClients(new KafkaSettings(bootstrap, prefix, PARTITIONS, 1, RETENTION_MS, -1, Map.of()));
        Topics.ensure(its);
        return its;
    }

    /** How often consumers have asked for records of a topic. */
    public long fetches(String topic) {
        return count("TotalFetchRequestsPerSec", topic);
    }

    /** How many bytes of a topic consumers have got. */
    public long bytesRead(String topic) {
        return count("BytesOutPerSec", topic);
    }

    private static long count(String meter, String topic) {
        try {
            var name = new ObjectName("kafka.server:type=BrokerTopicMetrics,name=" + meter + ",topic=" + topic);
            MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
            return beans.isRegistered(name) ? (Long) beans.getAttribute(name, "Count") : 0;
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    /**
     * A port that nobody else gets: it stays bound while Kafka binds it, too, which Linux lets those who say so as long as
     * only one of them listens.
     */
    private static Socket held() throws IOException {
        var socket = new Socket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return socket;
    }
}
