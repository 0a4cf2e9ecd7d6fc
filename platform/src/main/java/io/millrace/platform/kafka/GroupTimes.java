package io.millrace.platform.kafka;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How soon a group takes a silent member for dead, in ms: the shortest time that we want and the cluster permits. Most of
 * the pause after the kill of a segmenter or packager is this time.
 *
 * <p>Managed clusters do not go below Kafka's own {@value #KAFKA_MIN_SESSION_MS} ms and let nobody change that; the
 * embedded broker does. Immutable.
 *
 * @param sessionMs a member that is silent for this long is dead
 * @param heartbeatMs how often a member speaks; also how late the others learn that they have to share anew
 */
public record GroupTimes(int sessionMs, int heartbeatMs) {
    /** Shorter, and a busy machine or a long garbage collection looks like a death. */
    static final int WANTED_SESSION_MS = 3_000;
    /** {@code group.min.session.timeout.ms} of a broker where nobody has set it. */
    static final int KAFKA_MIN_SESSION_MS = 6_000;
    /** Cheap, and what is lost between the end of a session and the next heartbeat is lost for nothing. */
    static final int HEARTBEAT_MS = 500;

    private static final String MIN_SESSION = "group.min.session.timeout.ms";
    private static final long TIMEOUT_MS = 10_000;
    private static final Logger log = LoggerFactory.getLogger(GroupTimes.class);

    /** What the cluster permits; Kafka's own minimum where it does not say, or not to us. */
    static GroupTimes of(KafkaClients kafka) {
        try (Admin admin = kafka.admin("millrace-group-times")) {
            Collection<Node> brokers = admin.describeCluster().nodes().get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
            List<ConfigResource> resources = brokers.stream()
                    .map(broker -> new ConfigResource(ConfigResource.Type.BROKER, broker.idString())).toList();
            // Any broker may come to coordinate the group.
            return permitted(admin.describeConfigs(resources).all().get(TIMEOUT_MS, TimeUnit.MILLISECONDS).values()
                    .stream().map(config -> config.get(MIN_SESSION)).mapToInt(GroupTimes::millis).max()
                    .orElse(KAFKA_MIN_SESSION_MS));
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            log.info("the cluster does not say its {}, {} ms is taken", MIN_SESSION, KAFKA_MIN_SESSION_MS, e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return permitted(KAFKA_MIN_SESSION_MS);
    }

    /** @param minSessionMs the shortest session that the brokers take */
    static GroupTimes permitted(int minSessionMs) {
        return new GroupTimes(Math.max(WANTED_SESSION_MS, minSessionMs), HEARTBEAT_MS);
    }

    /** For a consumer; what the operator has set goes before. */
    public Map<String, Object> under(Map<String, String> set) {
        int session = millis(set.get(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), sessionMs);
        int heartbeat = millis(set.get(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), heartbeatMs);
        return Map.of(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, session, ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
                heartbeat);
    }

    private static int millis(ConfigEntry entry) {
        return entry == null ? KAFKA_MIN_SESSION_MS : millis(entry.value(), KAFKA_MIN_SESSION_MS);
    }

    private static int millis(String value, int otherwise) {
        return value == null ? otherwise : Integer.parseInt(value.trim());
    }
}
