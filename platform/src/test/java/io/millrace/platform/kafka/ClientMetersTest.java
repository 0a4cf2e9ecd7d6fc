package io.millrace.platform.kafka;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Meters exist exactly as long as their client does. No broker is needed: the clients never send a request. */
class ClientMetersTest {
    private static final KafkaSettings NOWHERE = new KafkaSettings("127.0.0.1:1", "", 1, 1, 0, -1, Map.of());

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final KafkaClients kafka = new KafkaClients(NOWHERE, registry);

    private Set<String> clients(String prefix) {
        return registry.getMeters().stream().map(Meter::getId).filter(id -> id.getName().startsWith(prefix))
                .map(id -> id.getTag("client.id")).collect(Collectors.toSet());
    }

    @Test
    void closedProducerHasNoMeters() {
        KafkaProducer<String, byte[]> one = kafka.producer("one", 1 << 20);
        KafkaProducer<String, byte[]> two = kafka.producer("two", 1 << 20);
        assertThat(clients("kafka.producer.")).containsExactlyInAnyOrder("one", "two");
        one.close(Duration.ZERO);
        assertThat(clients("kafka.producer.")).containsExactly("two");
        two.close();
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void closedConsumerHasNoMeters() {
        KafkaConsumer<String, ?> one = kafka.reader("one");
        KafkaConsumer<String, ?> two = kafka.seeker("two", Map.of());
        assertThat(clients("kafka.consumer.")).containsExactlyInAnyOrder("one", "two");
        one.close();
        assertThat(clients("kafka.consumer.")).containsExactly("two");
        two.close(CloseOptions.timeout(Duration.ZERO));
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void noMetersWithoutRegistry() {
        KafkaConsumer<String, ?> consumer = new KafkaClients(NOWHERE).reader("one");
        consumer.close();
        assertThat(registry.getMeters()).isEmpty();
    }
}
