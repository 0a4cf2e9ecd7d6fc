package io.millrace.edge.hls;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HeldCountTest {
    private static final String A = "192.0.2.1";
    private static final String B = "192.0.2.2";

    private final HeldCount count = new HeldCount(new HeldLimits(2, 1));

    @Test
    void limitsEachNetwork() {
        assertThat(count.enter(A)).isTrue();
        assertThat(count.enter(A)).isFalse();
        count.leave(A);
        assertThat(count.enter(A)).isTrue();
    }

    @Test
    void limitsTotal() {
        assertThat(count.enter(A)).isTrue();
        assertThat(count.enter(B)).isTrue();
        assertThat(count.enter("192.0.2.3")).isFalse();
        assertThat(count.total()).isEqualTo(2);
    }

    @Test
    void requestRefusedForTotalLeavesCountOfItsNetwork() {
        count.enter(A);
        count.enter(B);
        assertThat(count.enter(A)).isFalse();
        count.leave(B);
        assertThat(count.enter(A)).as("has one already").isFalse();
    }
}
