package io.millrace.platform.kafka;

import io.millrace.platform.log.Withdrawal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class StreamKeyTest {
    @Test
    void roundTripsKeys() {
        assertThat(StreamKey.parse(StreamKey.of("live/show"))).isEqualTo(new StreamKey("live/show", -1));
        assertThat(StreamKey.parse(StreamKey.of("live/show", 17))).isEqualTo(new StreamKey("live/show", 17));
    }

    @Test
    void keysOfWithdrawalsAreNoOthers() {
        var key = new Withdrawal.Key("live/show", 17, 3, 9);
        assertThat(Withdrawal.Key.parse(key.toString())).contains(key);
        for (String other : List.of("live/show", "live/show#17", "live/a-1-2", "live/a-1#17", "#version")) {
            assertThat(Withdrawal.Key.parse(other)).as(other).isEmpty();
        }
        assertThat(Withdrawal.Key.parse(null)).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> StreamKey.parse(key.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"live/show", "a/b", "live/a-very.long_name~with/more/segments"})
    void partitionsLikeKafkaClients(String stream) {
        assertThat(StreamKey.partition(stream, 8)).isEqualTo(
                BuiltInPartitioner.partitionForKey(stream.getBytes(StandardCharsets.UTF_8), 8));
    }
}
