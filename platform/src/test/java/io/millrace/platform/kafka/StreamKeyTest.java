package io.millrace.platform.kafka;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class StreamKeyTest {
    @Test
    void roundTripsKeys() {
        assertThat(StreamKey.parse(StreamKey.of("live/show"))).isEqualTo(new StreamKey("live/show", -1));
        assertThat(StreamKey.parse(StreamKey.of("live/show", 17))).isEqualTo(new StreamKey("live/show", 17));
    }

    @ParameterizedTest
    @ValueSource(strings = {"live/show", "a/b", "live/a-very.long_name~with/more/segments"})
    void partitionsLikeKafkaClients(String stream) {
        assertThat(StreamKey.partition(stream, 8)).isEqualTo(
                BuiltInPartitioner.partitionForKey(stream.getBytes(StandardCharsets.UTF_8), 8));
    }
}
