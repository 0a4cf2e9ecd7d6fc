package io.millrace.simulation.kafka;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What {@link KafkaContract} cannot make a real broker do. */
class ModelPartitionTest {
    private final ModelPartition partition = new ModelPartition("topic", 0);

    @Test
    void consumersReadUpToHighWatermark() {
        append(1, 0, 0, "a");
        append(1, 0, 1, "b");
        assertThat(keys()).isEmpty();
        assertThat(partition.offsetAt(0)).isEmpty();
        assertThat(partition.replicated(1)).extracting(ModelPartition.Stored::key).containsExactly("a");
        assertThat(keys()).containsExactly("a");
        partition.replicated(2);
        assertThat(keys()).containsExactly("a", "b");
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
    void newLeaderDoesNotKnowProducerOfLostRecords() {
        append(1, 0, 0, "a");
        append(1, 0, 1, "b");
        partition.changeLeader();
        assertThat(append(1, 0, 1, "b")).hasValue(0);
        assertThat(append(1, 0, 0, "a")).isEmpty();
    }

    @Test
    void uncleanElectionLosesAcknowledgedRecordsAndReusesOffsets() {
        append(1, 0, 0, "a", "b", "c");
        partition.replicated(3);
        partition.lose(2);
        assertThat(keys()).containsExactly("a");
        assertThat(append(2, 0, 0, "other")).hasValue(1);
        partition.replicated(2);
        assertThat(keys()).containsExactly("a", "other");
    }

    @Test
    void recordsAfterTheCompactedRangeReplaceNoneInIt() {
        append(1, 0, 0, "a", "b", "a", "b", "a");
        partition.replicated(5);
        partition.compact(3);
        assertThat(partition.read(0, 10)).extracting(ModelPartition.Stored::offset).containsExactly(1L, 2L, 3L, 4L);
    }

    private OptionalLong append(long producer, int epoch, int sequence, String... keys) {
        return partition.append(new Batch(producer, epoch, sequence,
                Arrays.stream(keys).map(key -> new Batch.Entry(key, null, 0)).toList()), 0);
    }

    private List<String> keys() {
        return partition.read(0, 10).stream().map(ModelPartition.Stored::key).toList();
    }
}
