package io.millrace.segmenter;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** A real Kafka of one node in this JVM, on loopback. */
final class TestBroker implements AutoCloseable {
    private static final String CLIENTS = OwnLoopback.ADDRESS + ":11092";
    private static final String CONTROLLER = OwnLoopback.ADDRESS + ":11093";

    private final KafkaRaftServer server;

    TestBroker(Path directory) throws Exception {
        Map<String, String> config = new HashMap<>(Map.of("process.roles", "broker,controller", "node.id", "1",
                "controller.quorum.voters", "1@" + CONTROLLER,
                "listeners", "PLAINTEXT://" + CLIENTS + ",CONTROLLER://" + CONTROLLER,
                "advertised.listeners", "PLAINTEXT://" + CLIENTS,
                "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "controller.listener.names", "CONTROLLER", "inter.broker.listener.name", "PLAINTEXT",
                "log.dirs", directory.toString(), "auto.create.topics.enable", "false"));
        config.putAll(Map.of("offsets.topic.replication.factor", "1", "offsets.topic.num.partitions", "1",
                "transaction.state.log.replication.factor", "1", "transaction.state.log.min.isr", "1",
                "log.cleaner.dedupe.buffer.size", "4194304", "message.max.bytes", "10485760",
                "group.initial.rebalance.delay.ms", "0"));
        new Formatter().setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                .setClusterId(Uuid.randomUuid().toString()).setNodeId(1).setDirectories(List.of(directory.toString()))
                .setMetadataLogDirectory(directory.toString()).setControllerListenerName("CONTROLLER")
                .setReleaseVersion(MetadataVersion.latestProduction()).run();
        server = new KafkaRaftServer(new KafkaConfig(config, false), Time.SYSTEM);
        server.startup();
    }

    String bootstrap() {
        return CLIENTS;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }
}
