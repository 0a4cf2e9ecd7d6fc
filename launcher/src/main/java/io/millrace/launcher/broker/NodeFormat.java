package io.millrace.launcher.broker;

import io.millrace.platform.UserError;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** Assigns a directory to one node of one cluster, once, as {@code kafka-storage format} does. */
final class NodeFormat {
    private static final String FORMATTED = "meta.properties";

    private NodeFormat() {}

    /**
     * Formats a new directory, or checks an existing one.
     *
     * @throws UserError if the directory belongs to another node or cluster, or cannot be written
     */
    static void ensure(Path logDir, BrokerSettings settings) {
        try {
            if (Files.exists(logDir.resolve(FORMATTED))) {
                check(logDir, settings);
            } else {
                format(logDir, settings);
            }
        } catch (IOException e) {
            throw new UserError("cannot prepare " + logDir + " for Kafka: " + e.getMessage()
                    + "; choose another directory with --data-dir", e);
        }
    }

    private static void format(Path logDir, BrokerSettings settings) throws IOException {
        Files.createDirectories(logDir);
        Formatter formatter = new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setClusterId(clusterId(settings))
                .setNodeId(settings.nodeId())
                .setDirectories(List.of(logDir.toString()))
                .setMetadataLogDirectory(logDir.toString())
                .setControllerListenerName(NodeConfig.CONTROLLER_LISTENER)
                .setReleaseVersion(MetadataVersion.latestProduction());
        try {
            formatter.run();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static void check(Path logDir, BrokerSettings settings) throws IOException {
        Properties meta = new Properties();
        try (Reader reader = Files.newBufferedReader(logDir.resolve(FORMATTED), StandardCharsets.UTF_8)) {
            meta.load(reader);
        }
        String node = meta.getProperty("node.id");
        if (!String.valueOf(settings.nodeId()).equals(node)) {
            throw new UserError("the data in " + logDir + " belongs to node " + node + ", but --node-id is "
                    + settings.nodeId() + "; give each broker its own --data-dir");
        }
        if (settings.voters().all().size() > 1 && !clusterId(settings).equals(meta.getProperty("cluster.id"))) {
            throw new UserError("the data in " + logDir + " belongs to a cluster with other --voters"
                    + "; use those, or choose another directory with --data-dir");
        }
    }

    /**
     * Returns the cluster id: random for a single broker; for several brokers derived from {@code --voters}, so that
     * all of them have the same id.
     */
    private static String clusterId(BrokerSettings settings) {
        if (settings.voters().all().size() == 1) {
            return Uuid.randomUuid().toString();
        }
        UUID name = UUID.nameUUIDFromBytes(settings.voters().toString().getBytes(StandardCharsets.UTF_8));
        return new Uuid(name.getMostSignificantBits(), name.getLeastSignificantBits()).toString();
    }
}
