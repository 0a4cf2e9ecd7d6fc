package io.millrace.ingest.session;

import io.millrace.platform.log.Encoder;
import io.millrace.platform.log.SessionNotice;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OwnedPartitionTest {
    private static final int LEASE_MS = 5_000;

    private final OwnedPartition partition = new OwnedPartition(new LeaseTable(LEASE_MS, new NodeLeases(1, 5)));

    private void liveUntil(long nowMs) {
        partition.historyEndsAt(0);
        partition.catchUp(_ -> true, 0);
        partition.onNotice(
                new SessionNotice("live/show", 17, SessionNotice.State.LIVE, new Encoder("n", "", ""), 0, nowMs,
                        30_000, SessionNotice.NO_PROCESS),
                0, nowMs);
    }

    @Test
    void takesAStepWhenTheEndIsReached() {
        liveUntil(0);
        assertThat(partition.needsProof(6_000)).isTrue();
        partition.endsAt(100, 6_000);
        assertThat(partition.needsProof(6_000)).isFalse();
        assertThat(partition.due(end -> end <= 99)).isEmpty();
        assertThat(partition.due(end -> end <= 100)).hasSize(1);
    }

    /** {@code sessions} was created again, and is shorter than it was. */
    @Test
    void queriesTheEndAgainIfItIsNotReached() {
        liveUntil(0);
        partition.endsAt(100, 6_000);
        assertThat(partition.needsProof(16_000)).isFalse();
        assertThat(partition.needsProof(16_001)).isTrue();
        partition.endsAt(3, 16_001);
        assertThat(partition.due(end -> end <= 3)).hasSize(1);
    }
}
