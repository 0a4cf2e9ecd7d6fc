package io.millrace.ingest.session;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LanesTest {
    @Test
    void oneProducerIfEveryBrokerHasEveryPartition() {
        assertThat(Lanes.among(List.of(partition(0, 1, 2, 3), partition(1, 2, 3, 1), partition(2, 3, 1, 2))))
                .isEqualTo(new Lanes(1, List.of(0, 0, 0)));
    }

    @Test
    void oneProducerWithoutReplicas() {
        assertThat(Lanes.among(List.of(partition(0, 1), partition(1, 2), partition(2, 3))))
                .isEqualTo(new Lanes(1, List.of(0, 0, 0)));
    }

    /** Partitions 0 and 1 have the same leader; a slow broker 2 must delay only the first. */
    @Test
    void otherProducerForOtherReplicas() {
        assertThat(Lanes.among(List.of(partition(1, 1, 3), partition(0, 1, 2), partition(2, 2, 1), partition(3, 3, 2))))
                .isEqualTo(new Lanes(3, List.of(0, 1, 0, 2)));
    }

    @Test
    void isLimited() {
        List<PartitionInfo> all = IntStream.range(0, 100).mapToObj(p -> partition(p, 2 * p, 2 * p + 1)).toList();
        Lanes lanes = Lanes.among(all);
        assertThat(lanes.count()).isEqualTo(Lanes.LIMIT);
        assertThat(lanes.of()).hasSize(100).allMatch(lane -> lane >= 0 && lane < Lanes.LIMIT);
    }

    private static PartitionInfo partition(int number, int... brokers) {
        Node[] replicas = IntStream.of(brokers).mapToObj(id -> new Node(id, "broker", 9092)).toArray(Node[]::new);
        return new PartitionInfo("packets", number, replicas[0], replicas, replicas);
    }
}
