package io.millrace.launcher.broker;

import io.millrace.platform.UserError;
import io.millrace.platform.kafka.Sizes;
import io.millrace.testkit.OwnLoopback;
import io.millrace.testkit.SlowTest;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@SlowTest
class EmbeddedBrokerIT {
    private static final Consumer<UserError> NO_FAILURE = failure -> {
        throw new AssertionError(failure);
    };
    private static final String LOOPBACK = "127.0.0.1";
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    @TempDir
    private Path dir;

    @Test
    void keepsAcknowledgedRecordsAcrossRuns() throws Exception {
        byte[] largest = new byte[Sizes.PART_BYTES];
        largest[17] = 42;
        try (EmbeddedBroker broker = start()) {
            write(broker, largest);
        }
        try (EmbeddedBroker broker = start()) {
            assertThat(readFirst(broker)).isEqualTo(largest);
        }
    }

    @Test
    void directoryIsUsedByOneProcess() {
        try (EmbeddedBroker _ = start()) {
            assertThatThrownBy(this::start).isInstanceOf(UserError.class)
                    .hasMessageContaining("in use by process " + ProcessHandle.current().pid())
                    .hasMessageContaining("--data-dir");
        }
    }

    @Test
    void takenPortIsReported() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> EmbeddedBroker.start(BrokerSettings.alone(dir, port), NO_FAILURE))
                    .isInstanceOf(UserError.class).hasMessageContaining("127.0.0.1:" + port)
                    .hasMessageContaining("--kafka-port");
        }
        // The failed start has released the directory.
        start().close();
    }

    @Test
    void directoryThatCannotBeCreatedIsReported() throws IOException {
        Path file = Files.createFile(dir.resolve("file"));
        assertThatThrownBy(() -> EmbeddedBroker.start(BrokerSettings.alone(file.resolve("data"), 0), NO_FAILURE))
                .isInstanceOf(UserError.class).hasMessageStartingWith("cannot write to the data directory")
                .hasMessageContaining("--data-dir");
        assertThatThrownBy(() -> EmbeddedBroker.start(BrokerSettings.alone(file, 0), NO_FAILURE))
                .isInstanceOf(UserError.class).hasMessageContaining("is not a directory");
    }

    @Test
    void newDirectoryIsAccessibleToOwnerOnly() throws IOException {
        Path data = dir.resolve("new");
        BrokerPlace.take(BrokerSettings.alone(data, 0), _ -> false).close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data))).isEqualTo("rwx------");
    }

    @Test
    void directoryOfAnotherNodeIsRejected() {
        start().close();
        assertThatThrownBy(
                () -> EmbeddedBroker.start(new BrokerSettings(dir, LOOPBACK, 0, 2, Voters.ALONE, 0), NO_FAILURE))
                .isInstanceOf(UserError.class).hasMessageContaining("belongs to node 1, but --node-id is 2");
    }

    @Test
    void nodeMustBeVoterAtItsPort() {
        Voters voters = new Voters(List.of(new Voter(1, new HostPort("127.0.0.1", 29_093))));
        assertThatThrownBy(() -> EmbeddedBroker.start(new BrokerSettings(dir, LOOPBACK, 0, 2, voters, 0), NO_FAILURE))
                .isInstanceOf(UserError.class).hasMessageContaining("node 2 is not in --voters");
        assertThatThrownBy(
                () -> EmbeddedBroker.start(new BrokerSettings(dir, LOOPBACK, 0, 1, voters, 29_094), NO_FAILURE))
                .isInstanceOf(UserError.class).hasMessageContaining("--controller-port is 29094");
    }

    @Test
    void nodeListensOnItsHostAndVoterAddress() throws Exception {
        HostPort controller = new HostPort(OwnLoopback.ADDRESS, OwnLoopback.nextPort());
        Voters voters = new Voters(List.of(new Voter(1, controller)));
        try (EmbeddedBroker broker = EmbeddedBroker.start(new BrokerSettings(dir, "127.0.1.1", 0, 1, voters, 0),
                NO_FAILURE);
                Admin admin = Admin.create(client(broker))) {
            assertThat(broker.address().host()).isEqualTo("127.0.1.1");
            // The advertised address, which clients use after the bootstrap.
            assertThat(admin.describeCluster().nodes().get(120, TimeUnit.SECONDS)).singleElement()
                    .satisfies(node -> assertThat(new HostPort(node.host(), node.port())).isEqualTo(broker.address()));
            new Socket(controller.host(), controller.port()).close();
            assertThatThrownBy(() -> new Socket(LOOPBACK, broker.address().port()).close())
                    .isInstanceOf(ConnectException.class);
        }
    }

    private EmbeddedBroker start() {
        return EmbeddedBroker.start(BrokerSettings.alone(dir, 0), NO_FAILURE);
    }

    private static void write(EmbeddedBroker broker, byte[] value) throws Exception {
        try (Admin admin = Admin.create(client(broker))) {
            admin.createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 1))).all().get(120, TimeUnit.SECONDS);
        }
        Map<String, Object> config = client(broker);
        config.put("max.request.size", Sizes.RECORD_BYTES);
        try (var producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(PARTITION.topic(), value)).get(120, TimeUnit.SECONDS);
        }
    }

    private static byte[] readFirst(EmbeddedBroker broker) {
        try (var consumer = new KafkaConsumer<>(client(broker), new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            return consumer.poll(Duration.ofMinutes(2)).iterator().next().value();
        }
    }

    private static Map<String, Object> client(EmbeddedBroker broker) {
        return new HashMap<>(Map.of("bootstrap.servers", broker.address().toString()));
    }
}
