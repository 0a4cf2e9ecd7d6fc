package io.millrace.simulation.kafka;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ModelPartitionTest {
    private final ModelPartition partition = new ModelPartition("topic", 0);

    @Test
    void consumersReadUpToHighWatermark() {
        append(1, 0, 0, "a", "b");
        assertThat(keys()).isEmpty();
        assertThat(partition.replicated(1)).extracting(ModelPartition.Stored::key).containsExactly("a");
        assertThat(keys()).containsExactly("a");
        partition.replicated(2);
        assertThat(keys()).containsExactly("a", "b");
    }

    @Test
    void repeatedBatchIsAppendedOnce() {
        append(1, 0, 0, "a");
        append(2, 0, 0, "other");
        assertThat(append(1, 0, 1, "b")).hasValue(2);
        assertThat(append(1, 0, 1, "b")).hasValue(2);
        partition.replicated(3);
        assertThat(keys()).containsExactly("a", "other", "b");
    }

    @Test
    void batchAfterMissingOneIsRejected() {
        append(1, 0, 0, "a");
        assertThat(append(1, 0, 2, "c")).isEmpty();
        assertThat(append(1, 0, 1, "b")).hasValue(1);
    }

    @Test
    void lateBatchIsFencedByNewerProducerEpoch() {
        append(1, 0, 0, "a");
        append(1, 1, 0, "new");
        assertThat(append(1, 0, 1, "late")).isEmpty();
        assertThat(append(2, 0, 0, "other")).hasValue(2);
    }

    @Test
    void lateBatchIsAppendedWithoutNewerEpoch() {
        append(1, 0, 0, "a");
        assertThat(append(1, 0, 1, "late")).hasValue(1);
        assertThat(append(1, 1, 0, "new")).hasValue(2);
    }

    @Test
    void newLeaderHasReplicatedRecords() {
        append(1, 0, 0, "a");
        append(1, 0, 1, "b");
        partition.replicated(1);
        partition.changeLeader();
        assertThat(append(2, 0, 0, "other")).hasValue(1);
        assertThat(append(1, 0, 0, "a")).as("a repeated request").hasValue(0);
        assertThat(append(1, 0, 1, "b")).hasValue(2);
        partition.replicated(3);
        assertThat(keys()).containsExactly("a", "other", "b");
    }

    @Test
    void compactionKeepsLastRecordOfEachKey() {
        append(1, 0, 0, "a", "b", "a", "b", "a");
        append(2, 0, 0, "end");
        partition.replicated(6);
        partition.compact(3);
        assertThat(partition.read(0, 10)).extracting(ModelPartition.Stored::offset).containsExactly(3L, 4L, 5L);
    }

    private OptionalLong append(long producer, int epoch, int sequence, String... keys) {
        return partition.append(new Batch(producer, epoch, sequence,
                Arrays.stream(keys).map(key -> new Batch.Entry(key, null)).toList()));
    }

    private List<String> keys() {
        return partition.read(0, 10).stream().map(ModelPartition.Stored::key).toList();
    }
}
