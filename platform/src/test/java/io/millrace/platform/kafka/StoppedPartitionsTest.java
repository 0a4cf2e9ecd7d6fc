package io.millrace.platform.kafka;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.platform.log.UnknownSchema;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StoppedPartitionsTest {
    private static final TopicPartition PARTITION = new TopicPartition("packets", 3);
    private static final TopicPartition OTHER = new TopicPartition("packets", 4);
    private static final byte[] UNKNOWN = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).put((byte) 0xC3)
            .put((byte) 1).putLong(0x1234).array();

    private final StoppedPartitions stopped = new StoppedPartitions();

    private static ConsumerRecords<String, Object> poll(TopicPartition partition, long from, Object... values) {
        List<ConsumerRecord<String, Object>> records = LongStream.range(0, values.length)
                .mapToObj(i -> new ConsumerRecord<>(partition.topic(), partition.partition(), from + i, "live/show",
                        values[(int) i]))
                .toList();
        return new ConsumerRecords<>(Map.of(partition, records),
                Map.of(partition, new OffsetAndMetadata(from + values.length)));
    }

    private List<Long> passed(ConsumerRecords<String, Object> records) {
        return stopped.passed(records).records(PARTITION).stream().map(ConsumerRecord::offset).toList();
    }

    @Test
    void nothingPassesFromFirstUnknownSchemaOn() {
        assertThat(passed(poll(PARTITION, 10, new byte[]{1}, UNKNOWN, new byte[]{2}))).containsExactly(10L);
        assertThat(passed(poll(PARTITION, 13, new byte[]{1}))).isEmpty();
        assertThat(passed(poll(PARTITION, 9, new byte[]{1}, new byte[]{1}, UNKNOWN))).as("read again")
                .containsExactly(9L, 10L);
        assertThat(stopped.stoppedAt(PARTITION)).isEqualTo(OptionalLong.of(11));
        assertThat(stopped.limit(PARTITION, 20)).isEqualTo(11);
        assertThat(stopped.limit(PARTITION, 5)).isEqualTo(5);
    }

    @Test
    void positionDoesNotPassUnknownSchema() {
        ConsumerRecords<String, Object> first = stopped.passed(poll(PARTITION, 10, new UnknownSchema(7), "later"));
        assertThat(first.nextOffsets()).isEqualTo(Map.of(PARTITION, new OffsetAndMetadata(10)));
        assertThat(first.isEmpty()).isTrue();
        ConsumerRecords<String, Object> later = stopped.passed(poll(PARTITION, 12, "more"));
        assertThat(later.nextOffsets()).isEqualTo(Map.of(PARTITION, new OffsetAndMetadata(10)));
    }

    @Test
    void otherPartitionsContinue() {
        stopped.passed(poll(PARTITION, 10, UNKNOWN));
        ConsumerRecords<String, Object> other = poll(OTHER, 10, "a", "b");
        assertThat(stopped.passed(other).records(OTHER)).hasSize(2);
        assertThat(stopped.passed(other).nextOffsets()).isEqualTo(other.nextOffsets());
    }

    @Test
    void processIsNotReadyWhileStopped() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        stopped.gauge(registry);
        assertThat(stopped.check().probe().get().up()).isTrue();
        stopped.passed(poll(PARTITION, 10, UNKNOWN));
        assertThat(stopped.check().probe().get().up()).isFalse();
        assertThat(stopped.check().probe().get().detail())
                .isEqualTo("packets-3 is stopped at offset 10: a newer release"
                        + " wrote this record (schema 0000000000001234); upgrade this node to that release");
        assertThat(registry.get("millrace.stopped.partitions").gauge().value()).isEqualTo(1);
    }
}
