package io.millrace.testkit;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Topics;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A real Kafka broker on loopback, inside the test's process. It can be stopped and started again with its data and at
 * its address; {@link #close} deletes the data. It ends with the process at the latest.
 *
 * <p>Not thread-safe, except for {@link #clients} and the counters.
 */
public final class TestBroker implements AutoCloseable {
    private static final int PARTITIONS = 2;
    private static final long RETENTION_MS = TimeUnit.DAYS.toMillis(1);

    private final int node;
    private final String cluster;
    private final Path directory;
    private final HeldPort clientPort;
    private final HeldPort controllerPort;
    private final Map<String, String> config;
    private final Thread atExit = new Thread(this::end, "test-broker-exit");
    private KafkaRaftServer server;

    private TestBroker(int node, String cluster, HeldPort controllerPort, Map<String, String> settings)
            throws IOException {
        this.node = node;
        this.cluster = cluster;
        this.controllerPort = controllerPort;
        clientPort = HeldPort.take();
        directory = Directories.temporary("test-broker");
        config = BrokerConfig.of(node, clientPort.address(), controllerPort.address(), directory, settings);
        format();
        start();
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Returns a running broker. */
    public static TestBroker running() throws IOException {
        return running(Map.of());
    }

    /** Returns a running broker with {@code settings} in addition to its own. */
    public static TestBroker running(Map<String, String> settings) throws IOException {
        return new TestBroker(1, Uuid.randomUuid().toString(), HeldPort.take(), settings);
    }

    /** Returns a running second broker of the same cluster. This one stays its controller. */
    public TestBroker second() throws IOException {
        return further(2);
    }

    /**
     * Returns a running further broker of the same cluster. This one stays its controller.
     *
     * @param number the broker's id, 2 or greater
     */
    public TestBroker further(int number) throws IOException {
        return new TestBroker(number, cluster, controllerPort, Map.of());
    }

    public int node() {
        return node;
    }

    /** Returns {@code host:port}. */
    public String bootstrap() {
        return clientPort.address();
    }

    /**
     * Returns clients of the topics with this prefix, which are created if missing: tests share nothing but the broker.
     */
    public KafkaClients clients(String topicPrefix) {
        return clients(new KafkaSettings(bootstrap(), topicPrefix, PARTITIONS, 1, RETENTION_MS, -1, Map.of()));
    }

    /** Like {@link #clients(String)}, with topics of the test's own settings. */
    public static KafkaClients clients(KafkaSettings settings) {
        KafkaClients clients = new KafkaClients(settings);
        Topics.ensure(clients);
        return clients;
    }

    /** Returns how many fetch requests for a topic consumers have sent to this process's brokers. */
    public long fetches(String topic) {
        return count("TotalFetchRequestsPerSec", topic);
    }

    /** Returns how many bytes of a topic this process's brokers have sent to consumers. */
    public long bytesRead(String topic) {
        return count("BytesOutPerSec", topic);
    }

    /** Starts the broker again after {@link #stop}. */
    public void start() {
        server = new KafkaRaftServer(new KafkaConfig(config, false), Time.SYSTEM);
        server.startup();
    }

    /** Stops the broker. Its data remains, and its port refuses connections. */
    public void stop() {
        server.shutdown();
        server.awaitShutdown();
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(atExit);
        end();
    }

    private void end() {
        stop();
        try {
            clientPort.close();
            if (node == 1) {
                controllerPort.close();
            }
            Directories.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void format() throws IOException {
        try {
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setClusterId(cluster).setNodeId(node).setDirectories(List.of(directory.toString()))
                    .setMetadataLogDirectory(directory.toString()).setControllerListenerName(BrokerConfig.CONTROLLER)
                    .setReleaseVersion(MetadataVersion.latestProduction()).run();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
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
}
