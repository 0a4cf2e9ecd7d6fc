package io.millrace.platform.kafka;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FailStopProducerTest {
    private final MockProducer<String, String> kafka = new MockProducer<>(false, null, new StringSerializer(),
            new StringSerializer());
    private final FailStopProducer<String, String> producer = new FailStopProducer<>(kafka);
    private final List<String> results = new ArrayList<>();

    private void send(String value) {
        producer.send(new ProducerRecord<>("segments", value),
                (_, failure) -> results.add(value + (failure == null ? " is written" : " fails")));
    }

    @Test
    void writesWhileNothingFails() {
        send("first");
        send("second");
        assertThat(kafka.completeNext()).isTrue();
        assertThat(kafka.completeNext()).isTrue();
        assertThat(results).containsExactly("first is written", "second is written");
        assertThat(kafka.closed()).isFalse();
    }

    @Test
    void writesNothingAfterFailure() {
        send("first");
        send("second");
        kafka.errorNext(new TimeoutException("no leader"));
        assertThat(results).containsExactly("first fails");
        assertThat(kafka.closed()).isTrue();
        assertThatThrownBy(() -> send("third")).isInstanceOf(KafkaException.class);
        assertThat(kafka.history()).hasSize(2);
    }
}
