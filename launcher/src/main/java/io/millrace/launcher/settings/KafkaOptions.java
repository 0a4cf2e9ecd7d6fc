package io.millrace.launcher.settings;

import io.millrace.launcher.broker.HostPort;
import io.millrace.launcher.broker.RetentionFit;
import io.millrace.platform.kafka.KafkaSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** The flags for the log in Kafka: its location, its topics, and how long they are retained. */
public final class KafkaOptions {
    private static final long UNLIMITED = -1;
    /** Shortest retention. Kafka deletes only whole log segments, which it rolls after a minute or more. */
    private static final Duration SHORTEST_RETENTION = Duration.ofMinutes(1);

    @Option(names = "--kafka", paramLabel = "HOST:PORT[,…]", defaultValue = "localhost:9092", converter = Converters.Brokers.class, description = "Bootstrap addresses of Kafka. 'up' and 'demo' embed a broker unless this is set.")
    private String bootstrapServers;

    @Option(names = "--kafka-port", paramLabel = "PORT", defaultValue = "9092", converter = Converters.Port.class, description = "Port of the embedded broker, on loopback; 0 selects a free port.")
    private int kafkaPort;

    @Option(names = "--data-dir", paramLabel = "DIR", defaultValue = "./data", description = "Directory where the embedded broker and the segmenter keep their data between runs.")
    private Path dataDir;

    @Option(names = "--topic-prefix", paramLabel = "PREFIX", defaultValue = "millrace.", converter = Converters.TopicPrefix.class, description = "Prefix of the names of all topics and groups.")
    private String topicPrefix;

    @Option(names = "--partitions", paramLabel = "N", defaultValue = "8", converter = Converters.Count.class, description = "Partitions of each topic, fixed when the topics are created.")
    private int partitions;

    @Option(names = "--replication", converter = ReplicasOrAuto.class, paramLabel = "N", defaultValue = "auto", description = "Replicas of each topic; 'auto' is the number of brokers, up to 3.")
    private int replication;

    @Option(names = "--require-durability", converter = Converters.Switch.class, arity = "0..1", fallbackValue = "on", paramLabel = "SWITCH", defaultValue = "off", description = "Whether to refuse to start if acknowledged media could be lost with one broker.")
    private boolean requireDurability;

    @Option(names = "--retention", paramLabel = "TIME", defaultValue = "24h", description = "How long media is retained.")
    private Duration retention;

    @Option(names = "--retention-size", converter = SizeOrWord.class, paramLabel = "SIZE", defaultValue = "auto", description = "How much of each media topic is kept at most, or 'unlimited'; "
            + "'auto' is 10GB or what fits on the disk of the embedded broker, and unlimited on a cluster.")
    private OptionalLong retentionBytes;

    public int port() {
        return kafkaPort;
    }

    public Path dataDir() {
        return dataDir;
    }

    /**
     * Returns whether the process must refuse to start, and must not be ready later, if acknowledged media could be
     * lost with one broker.
     */
    public boolean requireDurability() {
        return requireDurability;
    }

    /** Returns how long media is retained. */
    Duration retention() {
        return retention;
    }

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if a value is out of range; the message is for the user
     */
    void check() {
        Check.that(retention.compareTo(SHORTEST_RETENTION) >= 0, "--retention must be 1m or more");
        long bytes = retentionBytes.orElse(UNLIMITED);
        Check.that(bytes == UNLIMITED || bytes >= RetentionFit.SMALLEST_BYTES,
                "--retention-size must be 100MB or more, or 'unlimited'; a number without a unit is in bytes");
    }

    /**
     * Returns the settings of the log on the cluster that {@code --kafka} names. There, {@code --retention-size auto}
     * is unlimited.
     */
    KafkaSettings onCluster(Map<String, String> client) {
        return settings(bootstrapServers, retentionBytes.orElse(UNLIMITED), client);
    }

    /** Returns the settings of the log on a broker in this process, whose disk limits {@code --retention-size auto}. */
    KafkaSettings onEmbedded(HostPort broker, Map<String, String> client) {
        return settings(broker.toString(), retentionBytes.orElseGet(() -> RetentionFit.auto(dataDir)), client);
    }

    private KafkaSettings settings(String brokers, long bytes, Map<String, String> client) {
        return new KafkaSettings(brokers, topicPrefix, partitions, replication, retention.toMillis(), bytes, client);
    }

    /** Converts a number of replicas. The result is 0 for {@code auto}. */
    private static final class ReplicasOrAuto extends Converters.Checked<Integer> {
        ReplicasOrAuto() {
            super(text -> text.equals("auto") ? 0 : Converters.count(text));
        }
    }

    /** Converts a size. The result is empty for {@code auto}, and {@link #UNLIMITED} for {@code unlimited}. */
    private static final class SizeOrWord extends Converters.Checked<OptionalLong> {
        SizeOrWord() {
            super(text -> switch (text.strip()) {
                case "auto" -> OptionalLong.empty();
                case "unlimited" -> OptionalLong.of(UNLIMITED);
                default -> OptionalLong.of(Quantity.bytes(text));
            });
        }
    }
}
