package io.millrace.ingest.session;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class NodeLeasesTest {
    private static final long SELF = 1;
    private static final long OTHER = 2;
    private static final int LEASE_BEATS = 5;

    private final NodeLeases leases = new NodeLeases(SELF, LEASE_BEATS);

    @Test
    void processIsSilentAfterLeaseOfOwnHeartbeats() {
        leases.onHeartbeat(OTHER);
        beats(LEASE_BEATS);
        assertThat(leases.isSilent(OTHER, 0)).isFalse();
        beats(1);
        assertThat(leases.isSilent(OTHER, 0)).isTrue();
        leases.onHeartbeat(OTHER);
        assertThat(leases.isSilent(OTHER, 0)).isFalse();
    }

    @Test
    void otherSignOfLifeCounts() {
        leases.onHeartbeat(OTHER);
        beats(LEASE_BEATS + 1);
        assertThat(leases.isSilent(OTHER, 1)).isFalse();
    }

    @Test
    void unknownProcessIsSilentAfterLease() {
        beats(LEASE_BEATS);
        assertThat(leases.isSilent(OTHER, 0)).isFalse();
        beats(1);
        assertThat(leases.isSilent(OTHER, 0)).isTrue();
    }

    @Test
    void neverSuspectsOwnProcess() {
        beats(1_000);
        assertThat(leases.isSilent(SELF, 0)).isFalse();
    }

    /** Each restart of a node is another process. */
    @Test
    void forgottenProcessIsSilent() {
        leases.onHeartbeat(OTHER);
        beats(1_000);
        assertThat(leases.isSilent(OTHER, 0)).isTrue();
        assertThat(leases.isSilent(OTHER, leases.beats())).isFalse();
    }

    private void beats(int count) {
        for (int i = 0; i < count; i++) {
            leases.onHeartbeat(SELF);
        }
    }
}
