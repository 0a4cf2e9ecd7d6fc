package io.millrace.testkit;

import io.millrace.platform.kafka.Sizes;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Creates the properties of a {@link TestBroker}, for the smallest and fastest start that Kafka allows. */
final class BrokerConfig {
    static final String CONTROLLER = "CONTROLLER";

    private BrokerConfig() {}

    /**
     * Returns the properties of a node. Node 1 is broker and controller; other nodes are only brokers.
     *
     * @param clients host and port at which the node listens for clients
     * @param controller host and port at which node 1 listens as controller
     * @param settings override all others
     */
    static Map<String, String> of(int node, String clients, String controller, Path directory,
            Map<String, String> settings) {
        boolean controls = node == 1;
        String client = "PLAINTEXT://" + clients;
        Map<String, String> config = new HashMap<>();
        config.put("process.roles", controls ? "broker,controller" : "broker");
        config.put("node.id", String.valueOf(node));
        config.put("controller.quorum.voters", "1@" + controller);
        config.put("listeners", controls ? client + "," + CONTROLLER + "://" + controller : client);
        config.put("advertised.listeners", client);
        config.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT," + CONTROLLER + ":PLAINTEXT");
        config.put("controller.listener.names", CONTROLLER);
        config.put("inter.broker.listener.name", "PLAINTEXT");
        config.put("log.dirs", directory.toString());
        config.put("auto.create.topics.enable", "false");
        config.put("offsets.topic.replication.factor", "1");
        config.put("offsets.topic.num.partitions", "1");
        config.put("transaction.state.log.replication.factor", "1");
        config.put("transaction.state.log.min.isr", "1");
        config.put("share.coordinator.state.topic.replication.factor", "1");
        config.put("share.coordinator.state.topic.min.isr", "1");
        config.put("group.initial.rebalance.delay.ms", "0");
        // Instead of 128 MB.
        config.put("log.cleaner.dedupe.buffer.size", "4194304");
        config.put("message.max.bytes", String.valueOf(Sizes.RECORD_BYTES));
        config.put("num.network.threads", "2");
        config.put("num.io.threads", "2");
        config.putAll(settings);
        return config;
    }
}
