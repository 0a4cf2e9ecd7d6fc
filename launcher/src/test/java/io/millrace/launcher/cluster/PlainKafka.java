package io.millrace.launcher.cluster;

import io.millrace.launcher.e2e.MillraceCommand;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

import static org.awaitility.Awaitility.await;

/**
 * A broker of Apache Kafka with Kafka's defaults, for all times in particular, apart from what
 * {@code docs/operations.md} requires and the replicas of internal topics.
 */
final class PlainKafka {
    private static final List<String> JVM = List.of("-Xmx512m");
    private static final String CLUSTER = new Uuid(1, 2).toString();
    private static final String RECORD_BYTES = String.valueOf(10 * 1024 * 1024);
    private static final Duration START = Duration.ofMinutes(5);

    private PlainKafka() {}

    /**
     * Returns the command line of a broker. Formats its directory if it is new.
     *
     * @param address where the broker listens, and which it announces
     * @param voters as {@code --voters}
     */
    static List<String> line(Path directory, int id, String address, String voters) throws IOException {
        Path file = directory.resolveSibling(directory.getFileName() + ".properties");
        if (Files.notExists(file)) {
            format(directory, id);
            try (Writer writer = Files.newBufferedWriter(file)) {
                properties(directory, id, address, voters).store(writer, null);
            }
        }
        return MillraceCommand.ofMain("kafka.Kafka", JVM, List.of(file.toString()));
    }

    /** Returns when the broker is registered and answers. */
    static void awaitReady(String address, int id) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
            await().atMost(START).ignoreExceptions().until(() -> admin.describeCluster().nodes().get().stream()
                    .anyMatch(node -> node.id() == id));
        }
    }

    private static Properties properties(Path directory, int id, String address, String voters) {
        String own = List.of(voters.split(",")).get(id - 1);
        Properties all = new Properties();
        all.putAll(Map.of("process.roles", "broker,controller", "node.id", String.valueOf(id),
                "controller.quorum.voters", voters, "controller.listener.names", "CONTROLLER",
                "listeners", "PLAINTEXT://" + address + ",CONTROLLER://" + own.substring(own.indexOf('@') + 1),
                "advertised.listeners", "PLAINTEXT://" + address,
                "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "log.dirs", directory.toString()));
        all.putAll(Map.of("message.max.bytes", RECORD_BYTES, "replica.fetch.max.bytes", RECORD_BYTES,
                "offsets.topic.replication.factor", "3", "offsets.topic.num.partitions", "1",
                "default.replication.factor", "3", "min.insync.replicas", "2"));
        return all;
    }

    private static void format(Path directory, int id) throws IOException {
        Formatter formatter = new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setClusterId(CLUSTER).setNodeId(id).setDirectories(List.of(directory.toString()))
                .setMetadataLogDirectory(directory.toString()).setControllerListenerName("CONTROLLER")
                .setReleaseVersion(MetadataVersion.latestProduction());
        try {
            formatter.run();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
