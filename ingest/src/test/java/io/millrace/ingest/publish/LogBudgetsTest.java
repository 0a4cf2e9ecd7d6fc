package io.millrace.ingest.publish;

import io.millrace.ingest.IngestSettings;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class LogBudgetsTest {
    private static final IngestSettings.Limits LIMITS = IngestSettings.Limits.DEFAULT;
    private static final int RECORD_BYTES = 8 << 10;

    private static LogBudgets of(int partitions) {
        return new LogBudgets(new PublishSettings.Unacknowledged(LIMITS.connectionBytes(), LIMITS.partitionBytes(),
                LIMITS.nodeBytes()), partitions);
    }

    /** Nothing is acknowledged, and every partition has publishers without limits of their own. */
    @ParameterizedTest
    @ValueSource(ints = {1, 8, 100, 1_000, 4_000})
    void allPartitionsTogetherFitIntoProducersMemory(int partitions) {
        LogBudgets budgets = of(partitions);
        boolean open = true;
        while (open) {
            open = false;
            for (int partition = 0; partition < partitions; partition++) {
                open |= !fillOnce(budgets, partition);
            }
        }
        long batches = 2L * partitions * LIMITS.batchBytes(partitions);
        assertThat(budgets.bytes() - (long) partitions * RECORD_BYTES).isLessThanOrEqualTo(LIMITS.nodeBytes());
        assertThat(batches).isLessThanOrEqualTo(LIMITS.bufferBytes() - LIMITS.nodeBytes());
    }

    /** A third of the partitions has a leader that does not respond. */
    @ParameterizedTest
    @ValueSource(ints = {8, 100, 1_000})
    void stuckPartitionsLeaveRoomForTheOthers(int partitions) {
        LogBudgets budgets = of(partitions);
        for (int partition = 0; partition < partitions / 3; partition++) {
            while (!fillOnce(budgets, partition)) {
                // Its publishers go on until they are paused.
            }
        }
        for (int partition = partitions / 3; partition < partitions; partition++) {
            assertThat(fillOnce(budgets, partition)).as("partition %d", partition).isFalse();
            budgets.of(partition).forEach(budget -> budget.release(RECORD_BYTES));
        }
    }

    @Test
    void slowPartitionRefusesNewPublishersBeforeItPausesItsOwn() {
        LogBudgets budgets = of(8);
        boolean shut = false;
        boolean refusedBefore = false;
        while (!shut) {
            refusedBefore = budgets.isOverloaded(0);
            shut = fillOnce(budgets, 0);
        }
        assertThat(refusedBefore).isTrue();
        assertThat(budgets.isOverloaded(1)).isFalse();
    }

    @Test
    void opensWhenItsBytesAreAcknowledgedAlthoughItsShareShrank() {
        LogBudgets budgets = of(8);
        List<ByteBudget> slow = budgets.of(0);
        fillOnce(budgets, 0);
        for (int partition = 1; partition < 8; partition++) {
            while (!fillOnce(budgets, partition)) {
                // The others take all that they can get.
            }
        }
        while (!fillOnce(budgets, 0)) {
            // Until it is shut.
        }
        while (slow.get(1).bytes() > 0) {
            slow.get(1).release(RECORD_BYTES);
            slow.get(2).release(RECORD_BYTES);
        }
        assertThat(slow.get(1).isShut()).isFalse();
    }

    /** Adds one record, as a valve does. Returns whether that shut the partition or the node. */
    private static boolean fillOnce(LogBudgets budgets, int partition) {
        List<ByteBudget> of = budgets.of(partition);
        boolean shut = of.get(1).isShut() || of.get(2).isShut();
        if (!shut) {
            shut = of.get(1).add(RECORD_BYTES);
            shut |= of.get(2).add(RECORD_BYTES);
        }
        return shut;
    }
}
