package io.millrace.testkit;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Topic;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A real Kafka broker on loopback, inside the test's process. It can be stopped and started again with the same data
 * and address; {@link #close} deletes the data. A shutdown hook closes it if the test does not.
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

    /** Returns a running broker with additional Kafka properties. */
    public static TestBroker running(Map<String, String> settings) throws IOException {
        return new TestBroker(1, Uuid.randomUuid().toString(), HeldPort.take(), settings);
    }

    /** Returns a second running broker of the same cluster, of which this broker remains the controller. */
    public TestBroker second() throws IOException {
        return further(2);
    }

    /**
     * Returns a further running broker of the same cluster, of which this broker remains the controller.
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
     * Returns clients for the topics with this prefix, and creates the topics if they are missing. With prefixes of
     * their own, tests share nothing but the broker.
     */
    public KafkaClients clients(String topicPrefix) {
        return clients(new KafkaSettings(bootstrap(), topicPrefix, PARTITIONS, 1, RETENTION_MS, -1, Map.of()));
    }

    /** Like {@link #clients(String)}, with the given settings. */
    public static KafkaClients clients(KafkaSettings settings) {
        KafkaClients clients = new KafkaClients(settings);
        Topics.ensure(clients);
        return clients;
    }

    /** Deletes topics and creates them again, empty, as an operator might while processes use them. */
    public static void recreate(KafkaClients clients, Topic... topics) throws Exception {
        delete(clients, topics);
        Topics.ensure(clients);
    }

    /** Deletes topics. Blocks until the brokers no longer know them. */
    public static void delete(KafkaClients clients, Topic... topics) throws Exception {
        List<String> names = Stream.of(topics).map(clients.settings()::topic).toList();
        try (Admin admin = clients.admin("test-delete")) {
            admin.deleteTopics(names).all().get();
            for (String name : names) {
                while (exists(admin, name)) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
                }
            }
        }
    }

    private static boolean exists(Admin admin, String topic) throws Exception {
        try {
            admin.describeTopics(List.of(topic)).allTopicNames().get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return false;
            }
            throw e;
        }
    }

    /** Returns the number of fetch requests for a topic that consumers have sent to the brokers of this process. */
    public long fetches(String topic) {
        return count("TotalFetchRequestsPerSec", topic);
    }

    /** Returns the number of bytes of a topic that the brokers of this process have sent to consumers. */
    public long bytesRead(String topic) {
        return count("BytesOutPerSec", topic);
    }

    /** Starts the broker again after {@link #stop}. Blocks until it serves. */
    public void start() {
        server = new KafkaRaftServer(new KafkaConfig(config, false), Time.SYSTEM);
        server.startup();
    }

    /** Stops the broker. Blocks until it has ended. The data remains, and the port refuses connections. */
    public void stop() {
        server.shutdown();
        server.awaitShutdown();
    }

    /** Copies the data of the stopped broker to {@code to}, which must not exist. */
    public void copy(Path to) throws IOException {
        Directories.copy(directory, to);
    }

    /** Replaces the data of the stopped broker with a copy. All records that were written after the copy are lost. */
    public void restore(Path copy) throws IOException {
        Directories.delete(directory);
        Directories.copy(copy, directory);
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
