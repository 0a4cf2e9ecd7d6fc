package io.millrace.launcher.broker;

import io.millrace.launcher.settings.HostPort;
import io.millrace.platform.kafka.Sizes;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The properties of one KRaft node that is broker and controller in one, small enough for a laptop. */
final class NodeConfig {
    static final String CONTROLLER_LISTENER = "CONTROLLER";

    private static final String CLIENT_LISTENER = "PLAINTEXT";
    private static final int MOST_REPLICAS = 3;
    /** Kafka's own topics; few partitions, because few of us use them. */
    private static final List<String> INTERNAL_TOPICS = List.of("offsets.topic", "transaction.state.log",
            "share.coordinator.state.topic");

    private NodeConfig() {}

    /** @param settings with every port and voter decided */
    static Map<String, String> of(BrokerSettings settings, Path logDir) {
        Map<String, String> config = new HashMap<>();
        addIdentity(config, settings);
        config.put("log.dirs", logDir.toString());
        config.put("auto.create.topics.enable", "false");
        addInternalTopics(config, settings.voters().all().size());
        addSizes(config);
        addTimes(config);
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
        // Of topics that are made without saying so. Kafka's own default is one copy, gone with its broker.
        config.put("default.replication.factor", String.valueOf(replicas));
        config.put("min.insync.replicas", inSync);
        for (String topic : INTERNAL_TOPICS) {
            config.put(topic + ".replication.factor", String.valueOf(replicas));
            config.put(topic + ".num.partitions", "1");
            if (!topic.equals("offsets.topic")) {
                config.put(topic + ".min.isr", inSync);
            }
        }
    }

    private static void addSizes(Map<String, String> config) {
        config.put("message.max.bytes", String.valueOf(Sizes.RECORD_BYTES));
        config.put("replica.fetch.max.bytes", String.valueOf(Sizes.RECORD_BYTES));
        // The default takes 128 MB of heap at start; our compacted topics have some thousands of keys.
        config.put("log.cleaner.dedupe.buffer.size", String.valueOf(4 * 1024 * 1024));
        // The system's own, which grow with what is sent. Kafka's 100 KB are less than a request.
        config.put("socket.send.buffer.bytes", "-1");
        config.put("socket.receive.buffer.bytes", "-1");
        config.put("num.network.threads", "2");
        config.put("num.io.threads", "2");
    }

    private static void addTimes(Map<String, String> config) {
        config.put("group.initial.rebalance.delay.ms", "0");
        // Kafka's 6 s is most of the pause after a kill; what our members ask for is theirs to choose.
        config.put("group.min.session.timeout.ms", "1000");
        config.put("group.streams.initial.rebalance.delay.ms", "0");
        config.put("group.streams.min.heartbeat.interval.ms", "500");
        config.put("group.streams.heartbeat.interval.ms", "500");
        // After a kill, the next start waits until the dead broker's registration has run out.
        config.put("broker.session.timeout.ms", "3000");
        config.put("broker.heartbeat.interval.ms", "500");
        // Twice a second a controller with nothing to say writes that, and syncs it to the disk.
        config.put("metadata.max.idle.interval.ms", "5000");
    }
}
