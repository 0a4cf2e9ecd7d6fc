package io.millrace.tools.past;

import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.LogRecord;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RangeRecordsTest {
    private static final TopicPartition PARTITION = new TopicPartition("packets", 0);

    private final MockConsumer<String, LogRecord> consumer = new MockConsumer<>("none");
    private long oldest;

    private RangeRecords read(long from, OptionalLong end) {
        RangeRecords records = new RangeRecords(consumer, PARTITION, from, end, () -> oldest);
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        return records;
    }

    /** Like a broker that responds to a poll late: the poll before it is empty. */
    private void comesAfterAnEmptyPoll(long... offsets) {
        consumer.schedulePollTask(() -> {
            // Nothing.
        });
        comes(offsets);
    }

    private void comes(long... offsets) {
        consumer.schedulePollTask(() -> LongStream.of(offsets).forEach(offset -> consumer.addRecord(
                new ConsumerRecord<>(PARTITION.topic(), PARTITION.partition(), offset, "live/show",
                        new GraceOver(1, 0)))));
    }

    private static List<Long> offsets(List<ConsumerRecord<String, LogRecord>> records) {
        return records.stream().map(ConsumerRecord::offset).toList();
    }

    @Test
    void anEmptyPollBeforeTheEndOfTheLogEndsNothing() {
        RangeRecords records = read(5, OptionalLong.empty());
        consumer.updateEndOffsets(Map.of(PARTITION, 8L));
        comesAfterAnEmptyPoll(5, 6);
        comesAfterAnEmptyPoll(7);
        assertThat(offsets(records.follow(() -> true))).containsExactly(5L, 6L);
        assertThat(offsets(records.follow(() -> true))).containsExactly(7L);
        assertThat(records.follow(() -> true)).isEmpty();
    }

    @Test
    void aLiveStreamIsFollowedBeyondTheEndOfTheLog() {
        RangeRecords records = read(5, OptionalLong.empty());
        consumer.updateEndOffsets(Map.of(PARTITION, 5L));
        comesAfterAnEmptyPoll(5);
        assertThat(offsets(records.follow(() -> false))).containsExactly(5L);
    }

    @Test
    void nothingIsReturnedFromTheEndOfTheRangeOn() {
        RangeRecords records = read(5, OptionalLong.of(7));
        comesAfterAnEmptyPoll(5, 6, 7, 8);
        assertThat(offsets(records.next())).containsExactly(5L, 6L);
        assertThat(records.next()).isEmpty();
        assertThat(records.nextOffset()).isEqualTo(7);
    }

    @Test
    void afterExpiredRecordsItContinuesWhereItIsTold() {
        RangeRecords records = read(5, OptionalLong.of(13));
        oldest = 10;
        comes(9);
        comes(10, 11, 12);
        assertThat(offsets(records.next())).containsExactly(10L, 11L, 12L);
    }

    @Test
    void recordsBeforeTheExpiredOnesAreReturnedFirst() {
        AtomicInteger expired = new AtomicInteger();
        oldest = 10;
        RangeRecords records = new RangeRecords(consumer, PARTITION, 5, OptionalLong.of(12), () -> {
            expired.incrementAndGet();
            return oldest;
        });
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        comes(5, 6, 10, 11);
        assertThat(offsets(records.next())).containsExactly(5L, 6L);
        assertThat(expired).hasValue(0);
        comes(10, 11);
        comes(10, 11);
        assertThat(offsets(records.next())).containsExactly(10L, 11L);
        assertThat(expired).hasValue(1);
    }

    @Test
    void aCancelledReadReturnsAtOnce() {
        RangeRecords records = read(5, OptionalLong.empty());
        records.cancel();
        assertThat(records.follow(() -> false)).isEmpty();
    }
}
