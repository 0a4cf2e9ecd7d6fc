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
 * How soon a consumer group considers a silent member dead, in ms: the shortest time that Millrace uses and that the
 * cluster permits. When a segmenter or packager is killed, most of the interruption is this time.
 *
 * <p>Managed clusters do not go below Kafka's default minimum of {@value #KAFKA_MIN_SESSION_MS} ms, and their users
 * cannot change it; the embedded broker does. Immutable.
 *
 * @param sessionMs a member without a heartbeat for this long is considered dead
 * @param heartbeatMs interval of heartbeats; also bounds how late the other members learn of a rebalance
 */
public record GroupTimes(int sessionMs, int heartbeatMs) {
    /** With a shorter timeout, a busy machine or a long garbage collection would look like a failure. */
    static final int WANTED_SESSION_MS = 3_000;
    /** Default of the broker setting {@code group.min.session.timeout.ms}. */
    static final int KAFKA_MIN_SESSION_MS = 6_000;
    /**
     * Heartbeats are cheap, and the time between the end of a session and the next heartbeat only lengthens the
     * interruption.
     */
    static final int HEARTBEAT_MS = 500;

    private static final String MIN_SESSION = "group.min.session.timeout.ms";
    private static final long TIMEOUT_MS = 10_000;
    private static final Logger log = LoggerFactory.getLogger(GroupTimes.class);

    /** Reads the minimum that the cluster permits; blocks. Uses Kafka's default if the cluster does not disclose it. */
    static GroupTimes of(KafkaClients kafka) {
        try (Admin admin = kafka.admin("millrace-group-times")) {
            Collection<Node> brokers = admin.describeCluster().nodes().get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
            List<ConfigResource> resources = brokers.stream()
                    .map(broker -> new ConfigResource(ConfigResource.Type.BROKER, broker.idString())).toList();
            // Any broker may become the group's coordinator.
            return permitted(admin.describeConfigs(resources).all().get(TIMEOUT_MS, TimeUnit.MILLISECONDS).values()
                    .stream().map(config -> config.get(MIN_SESSION)).mapToInt(GroupTimes::millis).max()
                    .orElse(KAFKA_MIN_SESSION_MS));
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            log.info("the cluster does not disclose its {}, assuming {} ms", MIN_SESSION, KAFKA_MIN_SESSION_MS, e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return permitted(KAFKA_MIN_SESSION_MS);
    }

    /** @param minSessionMs the shortest session timeout that the brokers accept */
    static GroupTimes permitted(int minSessionMs) {
        return new GroupTimes(Math.max(WANTED_SESSION_MS, minSessionMs), HEARTBEAT_MS);
    }

    /**
     * Returns the settings for a consumer.
     *
     * @param set the operator's settings, whose values take precedence
     */
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
