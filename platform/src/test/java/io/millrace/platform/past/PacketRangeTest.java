package io.millrace.platform.past;

import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.LogRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PacketRangeTest {
    private static final TopicPartition PARTITION = new TopicPartition("packets", 0);
    private static final String STREAM = "live/show";
    private static final int RECORD_BYTES = 100;
    private static final long NO_LIMIT = Long.MAX_VALUE;

    private final MockConsumer<String, LogRecord> consumer = new MockConsumer<>("none");
    private final RangeReader reader = new RangeReader(consumer);
    private final PacketRange range = new PacketRange(PARTITION, STREAM, 5);
    private final List<Long> visited = new ArrayList<>();

    @BeforeEach
    void begin() {
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.updateEndOffsets(Map.of(PARTITION, 100L));
    }

    private void poll(String stream, long... offsets) {
        consumer.schedulePollTask(() -> LongStream.of(offsets)
                .forEach(offset -> consumer.addRecord(new ConsumerRecord<>(PARTITION.topic(), PARTITION.partition(),
                        offset, 0, TimestampType.CREATE_TIME, 0, RECORD_BYTES, stream, new GraceOver(1, 0),
                        new RecordHeaders(), Optional.empty()))));
    }

    private PacketRange.Stop read(long end, long turnBytes) {
        visited.clear();
        return range.read(reader, end, turnBytes, (offset, _) -> visited.add(offset));
    }

    @Test
    void passesRecordsOfStreamUpToEnd() {
        poll(STREAM, 5, 6);
        poll("live/neighbour", 7, 8);
        poll(STREAM, 9, 10);

        assertThat(read(10, NO_LIMIT)).isEqualTo(PacketRange.Stop.END);
        assertThat(visited).containsExactly(5L, 6L, 9L);
        assertThat(range.next()).isEqualTo(10);
    }

    @Test
    void remembersLastRecordOfStream() {
        poll(STREAM, 5, 6);
        poll("live/neighbour", 7, 8);

        read(9, NO_LIMIT);
        assertThat(range.next()).isEqualTo(9);
        assertThat(range.seen()).isEqualTo(7);
    }

    @Test
    void pausesWhenVisitorStops() {
        poll(STREAM, 5, 6, 7);
        assertThat(range.read(reader, 8, NO_LIMIT, (_, _) -> false)).isEqualTo(PacketRange.Stop.PAUSED);
        assertThat(range.next()).isEqualTo(6);

        poll(STREAM, 6, 7);
        assertThat(read(8, NO_LIMIT)).isEqualTo(PacketRange.Stop.END);
        assertThat(visited).containsExactly(6L, 7L);
    }

    @Test
    void pausesAfterPollThatReachesTurnLimit() {
        poll("live/neighbour", 5);
        poll("live/neighbour", 6);
        poll("live/neighbour", 7);

        assertThat(read(8, 2 * RECORD_BYTES)).isEqualTo(PacketRange.Stop.PAUSED);
        assertThat(range.next()).isEqualTo(7);
    }

    @Test
    void turnWithoutBytesIsOnePoll() {
        poll(STREAM);
        poll(STREAM, 5, 6);

        assertThat(read(Long.MAX_VALUE, 0)).isEqualTo(PacketRange.Stop.PAUSED);
        assertThat(visited).isEmpty();
        read(Long.MAX_VALUE, 0);
        assertThat(visited).containsExactly(5L, 6L);
    }

    @Test
    void stopsBeforeDeletedRecords() {
        poll(STREAM, 5, 6, 10, 11);

        assertThat(read(12, NO_LIMIT)).isEqualTo(PacketRange.Stop.EXPIRED);
        assertThat(visited).containsExactly(5L, 6L);
        assertThat(range.next()).isEqualTo(7);

        range.moveTo(10);
        poll(STREAM, 10, 11);
        assertThat(read(12, NO_LIMIT)).isEqualTo(PacketRange.Stop.END);
        assertThat(visited).containsExactly(10L, 11L);
    }

    @Test
    void detectsDeletedRecordsAtEndOfRange() {
        poll(STREAM, 5, 6);
        consumer.schedulePollTask(() -> {
            consumer.updateBeginningOffsets(Map.of(PARTITION, 12L));
            consumer.seek(PARTITION, 12);
        });

        assertThat(read(10, NO_LIMIT)).isEqualTo(PacketRange.Stop.EXPIRED);
        assertThat(visited).containsExactly(5L, 6L);
        assertThat(range.next()).isEqualTo(7);
    }

    @Test
    void detectsDeletionOfAllRecords() {
        consumer.updateBeginningOffsets(Map.of(PARTITION, 10L));
        consumer.schedulePollTask(() -> consumer.seek(PARTITION, 10));

        assertThat(read(10, NO_LIMIT)).isEqualTo(PacketRange.Stop.EXPIRED);
        assertThat(range.next()).isEqualTo(5);
    }

    @Test
    void skipsOffsetsWithoutRecord() {
        consumer.schedulePollTask(() -> consumer.seek(PARTITION, 7));
        poll(STREAM, 7);

        assertThat(read(8, NO_LIMIT)).isEqualTo(PacketRange.Stop.END);
        assertThat(visited).containsExactly(7L);
    }

    @Test
    void skipsRecordThatIsNoPacket() {
        consumer.schedulePollTask(() -> {
            consumer.addRecord(new ConsumerRecord<>(PARTITION.topic(), PARTITION.partition(), 5, STREAM, null));
        });
        poll(STREAM, 6);

        assertThat(read(7, NO_LIMIT)).isEqualTo(PacketRange.Stop.END);
        assertThat(visited).containsExactly(6L);
    }

    @Test
    void failureAfterSomeRecordsEndsOnlyTurn() {
        poll(STREAM, 5);
        consumer.schedulePollTask(() -> consumer.setPollException(new TimeoutException()));
        assertThat(read(8, NO_LIMIT)).isEqualTo(PacketRange.Stop.PAUSED);
        assertThat(visited).containsExactly(5L);

        consumer.setPollException(new TimeoutException());
        assertThatThrownBy(() -> read(8, NO_LIMIT)).isInstanceOf(TimeoutException.class);
    }
}
