package io.millrace.tools.past;

import io.millrace.platform.UserError;
import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.past.PacketRange;
import io.millrace.platform.past.RangeReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RangeRecordsTest {
    private static final TopicPartition PARTITION = new TopicPartition("packets", 0);

    private final MockConsumer<String, LogRecord> consumer = new MockConsumer<>("none");
    private long oldest;

    private RangeRecords read(long from, OptionalLong end) {
        return read(from, end, () -> oldest);
    }

    private RangeRecords read(long from, OptionalLong end, LongSupplier expired) {
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        return new RangeRecords(new RangeReader(consumer), new PacketRange(PARTITION, "live/show", from), end, expired);
    }

    /** Like a broker that responds to a poll late: the poll before it is empty. */
    private void arriveAfterEmptyPoll(long... offsets) {
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

    private static List<Long> next(RangeRecords records) {
        List<Long> offsets = new ArrayList<>();
        records.next((offset, _) -> offsets.add(offset));
        return offsets;
    }

    private static List<Long> follow(RangeRecords records, boolean isOver) {
        List<Long> offsets = new ArrayList<>();
        records.follow(() -> isOver, (offset, _) -> offsets.add(offset));
        return offsets;
    }

    @Test
    void emptyPollBeforeEndOfLogIsNotEnd() {
        RangeRecords records = read(5, OptionalLong.empty());
        consumer.updateEndOffsets(Map.of(PARTITION, 8L));
        arriveAfterEmptyPoll(5, 6);
        arriveAfterEmptyPoll(7);
        assertThat(follow(records, true)).containsExactly(5L, 6L);
        assertThat(follow(records, true)).containsExactly(7L);
        assertThat(follow(records, true)).isEmpty();
    }

    @Test
    void followsLiveStreamBeyondEndOfLog() {
        RangeRecords records = read(5, OptionalLong.empty());
        consumer.updateEndOffsets(Map.of(PARTITION, 5L));
        arriveAfterEmptyPoll(5);
        assertThat(follow(records, false)).containsExactly(5L);
    }

    @Test
    void stopsAtEndOfRange() {
        RangeRecords records = read(5, OptionalLong.of(7));
        arriveAfterEmptyPoll(5, 6, 7, 8);
        assertThat(next(records)).containsExactly(5L, 6L);
        assertThat(next(records)).isEmpty();
        assertThat(records.nextOffset()).isEqualTo(7);
    }

    @Test
    void continuesAfterExpiredRecordsAtGivenOffset() {
        RangeRecords records = read(5, OptionalLong.of(13));
        oldest = 10;
        comes(9);
        comes(10, 11, 12);
        assertThat(next(records)).containsExactly(10L, 11L, 12L);
    }

    @Test
    void returnsRecordsBeforeReportingExpiry() {
        AtomicInteger expired = new AtomicInteger();
        oldest = 10;
        RangeRecords records = read(5, OptionalLong.of(12), () -> {
            expired.incrementAndGet();
            return oldest;
        });
        comes(5, 6, 10, 11);
        assertThat(next(records)).containsExactly(5L, 6L);
        assertThat(expired).hasValue(0);
        comes(10, 11);
        comes(10, 11);
        assertThat(next(records)).containsExactly(10L, 11L);
        assertThat(expired).hasValue(1);
    }

    /** Also if the first record that is left is after the range, or if there is none. */
    @Test
    void reportsExpiredEndOfRange() {
        RangeRecords records = read(5, OptionalLong.of(7), () -> {
            throw new UserError("expired");
        });
        consumer.updateBeginningOffsets(Map.of(PARTITION, 9L));
        consumer.schedulePollTask(() -> consumer.seek(PARTITION, 9));
        assertThatThrownBy(() -> next(records)).isInstanceOf(UserError.class).hasMessage("expired");
    }

    @Test
    void cancelledReadReturnsImmediately() {
        RangeRecords records = read(5, OptionalLong.empty());
        records.cancel();
        assertThat(follow(records, false)).isEmpty();
    }
}
