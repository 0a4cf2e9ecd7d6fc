package io.millrace.platform.stages;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PositionsTest {
    private static final TopicPartition A = new TopicPartition("packets", 0);
    private static final TopicPartition B = new TopicPartition("packets", 1);
    private static final TopicPartition C = new TopicPartition("packets", 2);

    @Test
    void countsUnreadRecords() {
        var positions = Positions.of(Map.of(A, 7L, B, 20L, C, 5L), Map.of(A, 0L, B, 0L, C, 0L),
                Map.of(A, 10L, B, 20L, C, 100L));
        assertThat(positions.sum()).isEqualTo(98);
        assertThat(positions.max()).isEqualTo(95);
        assertThat(positions.next()).as("only partitions with unread records").isEqualTo(Map.of(A, 7L, C, 5L));
    }

    @Test
    void beginsWithOldestRetainedRecord() {
        var positions = Positions.of(Map.of(A, 3L), Map.of(A, 5L, B, 50L), Map.of(A, 10L, B, 60L));
        assertThat(positions.unread()).isEqualTo(Map.of(A, 5L, B, 10L));
        assertThat(positions.next()).isEqualTo(Map.of(A, 5L, B, 50L));
    }

    /** A position that was committed after the end was read. */
    @Test
    void isNeverNegative() {
        var positions = Positions.of(Map.of(A, 12L), Map.of(A, 0L), Map.of(A, 10L));
        assertThat(positions.sum()).isZero();
        assertThat(positions.next()).isEmpty();
    }
}
