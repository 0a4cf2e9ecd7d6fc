package io.millrace.launcher.broker;

import io.millrace.platform.kafka.Sizes;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Creates the Kafka properties of a node that is both broker and controller, sized for a laptop. */
final class NodeConfig {
    static final String CONTROLLER_LISTENER = "CONTROLLER";

    private static final String CLIENT_LISTENER = "PLAINTEXT";
    private static final int MOST_REPLICAS = 3;
    /** Kafka's internal topics. Each gets one partition, because they have few users here. */
    private static final List<String> INTERNAL_TOPICS = List.of("offsets.topic", "transaction.state.log",
            "share.coordinator.state.topic");

    private NodeConfig() {}

    /**
     * Returns the properties of a node.
     *
     * @param settings settings with the actual ports and voters
     * @param logDir directory of Kafka's log
     */
    static Map<String, String> of(BrokerSettings settings, Path logDir) {
        Map<String, String> config = new HashMap<>();
        addIdentity(config, settings);
        config.put("log.dirs", logDir.toString());
        config.put("auto.create.topics.enable", "false");
        addInternalTopics(config, settings.voters().all().size());
        addSizes(config);
        addTimes(config, settings.voters().all().size());
        return config;
    }

    private static void addIdentity(Map<String, String> config, BrokerSettings settings) {
        String client = CLIENT_LISTENER + "://" + new HostPort(settings.host(), settings.port());
        String controller = CONTROLLER_LISTENER + "://" + settings.ownController();
        config.put("process.roles", "broker,controller");
        config.put("node.id", String.valueOf(settings.nodeId()));
        config.put("controller.quorum.voters", settings.voters().toString());
        config.put("listeners", client + "," + controller);
        config.put("advertised.listeners", client);
        config.put("listener.security.protocol.map",
                CLIENT_LISTENER + ":PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
        config.put("controller.listener.names", CONTROLLER_LISTENER);
        config.put("inter.broker.listener.name", CLIENT_LISTENER);
    }

    private static void addInternalTopics(Map<String, String> config, int brokers) {
        int replicas = Math.min(brokers, MOST_REPLICAS);
        String inSync = replicas < MOST_REPLICAS ? "1" : "2";
        // For topics that are created without a replication factor. Kafka's default of 1 would lose them with their
        // broker.
        config.put("default.replication.factor", String.valueOf(replicas));
        config.put("min.insync.replicas", inSync);
        for (String topic : INTERNAL_TOPICS) {
            config.put(topic + ".replication.factor", String.valueOf(replicas));
            config.put(topic + ".num.partitions", "1");
            // Kafka has no such setting for this topic, which uses min.insync.replicas.
            if (!topic.equals("offsets.topic")) {
                config.put(topic + ".min.isr", inSync);
            }
        }
    }

    private static void addSizes(Map<String, String> config) {
        config.put("message.max.bytes", String.valueOf(Sizes.RECORD_BYTES));
        config.put("replica.fetch.max.bytes", String.valueOf(Sizes.RECORD_BYTES));
        // The default allocates 128 MB of heap at start; our compacted topics have some thousand keys.
        config.put("log.cleaner.dedupe.buffer.size", String.valueOf(4 * 1024 * 1024));
        // The operating system's default, which grows as needed. Kafka's default of 100 KB is smaller than a request.
        config.put("socket.send.buffer.bytes", "-1");
        config.put("socket.receive.buffer.bytes", "-1");
        config.put("num.network.threads", "2");
        config.put("num.io.threads", "2");
    }

    private static void addTimes(Map<String, String> config, int brokers) {
        config.put("group.initial.rebalance.delay.ms", "0");
        // Kafka's minimum of 6 s would be most of the pause after a kill. The consumers choose their own session
        // timeouts.
        config.put("group.min.session.timeout.ms", "1000");
        config.put("group.streams.initial.rebalance.delay.ms", "0");
        config.put("group.streams.min.heartbeat.interval.ms", "500");
        config.put("group.streams.heartbeat.interval.ms", "500");
        addFencing(config, brokers);
        // By default, an idle controller writes a record twice per second and syncs it to the disk.
        config.put("metadata.max.idle.interval.ms", "5000");
    }

    /**
     * Adds the times after which a broker that does not respond is fenced and the other brokers continue without it.
     * Kafka's defaults are 9 s, and 2 s more if the broker was the active controller. With 1 s and 0.9 s, healthy
     * brokers on a machine with many more threads than cores fenced each other, and no client made progress.
     */
    private static void addFencing(Map<String, String> config, int brokers) {
        if (brokers == 1) {
            // No other broker takes over. After a kill, a restarted broker waits until the session of its previous
            // registration has expired.
            config.put("broker.session.timeout.ms", "3000");
            config.put("broker.heartbeat.interval.ms", "500");
            return;
        }
        // A new controller counts these times from its election. Clients that repeat their requests must find the new
        // leaders even if the active controller is lost: see Timeouts.REQUEST_MS.
        config.put("broker.session.timeout.ms", "2000");
        config.put("broker.heartbeat.interval.ms", "300");
        config.put("controller.quorum.fetch.timeout.ms", "1500");
        config.put("controller.quorum.request.timeout.ms", "1500");
        config.put("controller.quorum.election.timeout.ms", "700");
        config.put("controller.quorum.election.backoff.max.ms", "300");
    }
}
