package io.millrace.launcher.settings;

import io.millrace.platform.admin.AdminNames;
import io.millrace.platform.kafka.ClientSettings;
import io.millrace.platform.kafka.KafkaSettings;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Every setting of the serving commands, after defaults, file, environment and flags. The settings of each stage are
 * made from it, in {@code Stage} and nowhere else. Immutable.
 *
 * @param adminNames names by which the admin port may be reached
 * @param kafka bootstrap addresses
 * @param kafkaGiven whether somebody named them: otherwise {@code up} and {@code demo} embed a broker
 * @param replication 0: as many as there are brokers, up to 3
 * @param drain how long a stage that is told to end waits for its clients to leave
 * @param viewing what the edge allows viewers, and how often it writes to them
 * @param standbyReplicas other segmenters that follow the state of one, where there are others
 * @param publishing RTMPS, who may publish, and how much
 * @param kafkaMetrics whether {@code /metrics} has what Kafka's clients measure
 * @param kafkaClient goes to every Kafka client as it is
 */
public record Settings(String host, String adminHost, int rtmpPort, int httpPort, int adminPort,
        AdminNames adminNames, BootstrapServers kafka, boolean kafkaGiven, int kafkaPort, Path dataDir,
        String topicPrefix, int partitions, int replication,
        Duration retention, RetentionSize retentionSize, Duration segment, Duration part, Duration window,
        Duration grace, Duration drain, ViewingSettings viewing, int standbyReplicas, PublishingSettings publishing,
        boolean kafkaMetrics, Map<String, String> kafkaClient) {

    public Settings {
        kafkaClient = ClientSettings.copyOf(kafkaClient);
    }

    public InetSocketAddress adminAddress() {
        return new InetSocketAddress(adminHost, adminPort);
    }

    /** Whether some flag names this port: then "any free one" is another one. */
    public boolean names(int port) {
        return IntStream.of(rtmpPort, publishing.rtmpsPort(), httpPort, adminPort, kafkaPort)
                .anyMatch(named -> named == port);
    }

    /** The log on the cluster that {@code --kafka} names. */
    public KafkaSettings onCluster() {
        return log(kafka.toString(), false);
    }

    /** The log on a broker in this process. */
    public KafkaSettings onEmbedded(HostPort broker) {
        return log(broker.toString(), true);
    }

    private KafkaSettings log(String bootstrapServers, boolean embedded) {
        return new KafkaSettings(bootstrapServers, topicPrefix, partitions, replication, retention.toMillis(),
                retentionSize.bytesOn(embedded), kafkaClient);
    }
}
