package io.millrace.platform.past;

import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ReadBudgetTest {
    private static final int MIB = 1 << 20;

    private final ReadBudget budget = new ReadBudget(Moments.SEARCH_LIMIT_BYTES);

    @Test
    void limitsSearchTo8MiB() {
        for (int i = 0; i < 8; i++) {
            budget.spend(record(MIB));
        }
        assertThat(budget.spentBytes()).isEqualTo(8 * MIB);

        assertThatThrownBy(() -> budget.spend(record(1))).isInstanceOf(ReadLimitException.class)
                .hasMessageContaining("more than 8388608 bytes");
    }

    @Test
    void recordWithoutValueCostsNothing() {
        budget.spend(record(8 * MIB));
        budget.spend(record(ConsumerRecord.NULL_SIZE));

        assertThat(budget.spentBytes()).isEqualTo(8 * MIB);
    }

    private static ConsumerRecord<String, Object> record(int valueBytes) {
        return new ConsumerRecord<>("index", 0, 0, 0, TimestampType.CREATE_TIME, ConsumerRecord.NULL_SIZE, valueBytes,
                "live/show", null, new RecordHeaders(), Optional.empty());
    }
}
