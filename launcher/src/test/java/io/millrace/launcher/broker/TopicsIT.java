package io.millrace.launcher.broker;

import io.millrace.platform.UserError;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Sizes;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.kafka.Topics;
import io.millrace.platform.log.Kick;
import io.millrace.testkit.SlowTest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Creates and checks the topics on a real broker. */
@SlowTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TopicsIT {
    private EmbeddedBroker broker;

    @BeforeAll
    void startBroker(@TempDir Path dir) {
        broker = EmbeddedBroker.start(BrokerSettings.alone(dir, 0), failure -> {
            throw new AssertionError(failure);
        });
    }

    @AfterAll
    void stopBroker() {
        broker.close();
    }

    @Test
    void areCreatedOnceWithRetention() throws Exception {
        KafkaClients kafka = kafka("made.", 2, 10_000_000_000L);
        Topics.ensure(kafka);
        Topics.ensure(kafka);
        Config packets = config(kafka, Topic.PACKETS);
        assertThat(packets.get("cleanup.policy").value()).isEqualTo("delete");
        assertThat(packets.get("retention.bytes").value()).isEqualTo("5000000000");
        assertThat(packets.get("retention.ms").value()).isEqualTo("172800000");
        assertThat(packets.get("max.message.bytes").value()).isEqualTo(String.valueOf(Sizes.RECORD_BYTES));
        assertThat(config(kafka, Topic.STREAMS).get("cleanup.policy").value()).isEqualTo("compact");
        assertThat(config(kafka, Topic.AUDIENCE).get("retention.ms").value()).isEqualTo("86400000");
        Config control = config(kafka, Topic.CONTROL);
        assertThat(control.get("cleanup.policy").value()).isEqualTo("compact,delete");
        assertThat(Long.parseLong(control.get("retention.ms").value())).as("no kick expires while it is in force")
                .isGreaterThan(Kick.LIMIT_MS);
    }

    /** A node whose clock is wrong must not decide when its records expire. */
    @ParameterizedTest
    @EnumSource(Topic.class)
    void onlyMediaHasTheTimesOfItsWriters(Topic topic) throws Exception {
        KafkaClients kafka = kafka("timed.", 1, -1);
        Topics.ensure(kafka);
        try (KafkaProducer<String, byte[]> producer = kafka.producer("in-1970", 1 << 20)) {
            long timestamp = producer.send(new ProducerRecord<>(kafka.settings().topic(topic), 0, 0L, "live/show",
                    new byte[]{1})).get(120, TimeUnit.SECONDS).timestamp();
            assertThat(timestamp == 0).isEqualTo(topic.hasMediaTime());
        }
    }

    @Test
    void otherNumberOfPartitionsIsRejectedWithRemedy() {
        Topics.ensure(kafka("grown.", 2, -1));
        assertThatThrownBy(() -> Topics.ensure(kafka("grown.", 3, -1))).isInstanceOf(UserError.class)
                .hasMessageContaining("grown.").hasMessageContaining("has 2 partitions, but --partitions is 3")
                .hasMessageContaining("start with --partitions 2");
    }

    @Test
    void smallRecordLimitIsRejectedWithRemedy() throws Exception {
        KafkaClients kafka = kafka("small.", 2, -1);
        try (Admin admin = kafka.admin("test")) {
            admin.createTopics(List.of(new NewTopic("small.packets", 2, (short) 1)
                    .configs(Map.of("max.message.bytes", "1000000")))).all().get();
        }
        assertThatThrownBy(() -> Topics.ensure(kafka)).isInstanceOf(UserError.class)
                .hasMessageContaining("small.packets").hasMessageContaining("max.message.bytes");
    }

    private KafkaClients kafka(String prefix, int partitions, long retentionBytes) {
        return new KafkaClients(new KafkaSettings(broker.address().toString(), prefix, partitions, 0, 172_800_000,
                retentionBytes, Map.of()));
    }

    private static Config config(KafkaClients kafka, Topic topic) throws InterruptedException, ExecutionException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, kafka.settings().topic(topic));
        try (Admin admin = kafka.admin("test")) {
            return admin.describeConfigs(List.of(resource)).all().get().get(resource);
        }
    }
}
