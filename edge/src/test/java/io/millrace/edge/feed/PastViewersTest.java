package io.millrace.edge.feed;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PastViewersTest {
    private static final int LIMIT = 5;
    private static final int LIMIT_OF_ADDRESS = 2;

    private final PastViewers viewers = new PastViewers(LIMIT, LIMIT_OF_ADDRESS);

    @Test
    void refusesOnePastTheLimitOfAnAddress() {
        assertThat(viewers.enter("a")).isTrue();
        assertThat(viewers.isFull("a")).isFalse();
        assertThat(viewers.enter("a")).isTrue();

        assertThat(viewers.isFull("a")).isTrue();
        assertThat(viewers.enter("a")).isFalse();
        assertThat(viewers.enter("b")).isTrue();

        viewers.leave("a");
        assertThat(viewers.enter("a")).isTrue();
        assertThat(viewers.enter("a")).isFalse();
    }

    @Test
    void refusesOnePastTheLimitOfAll() {
        for (int i = 0; i < LIMIT; i++) {
            assertThat(viewers.enter("address " + i)).isTrue();
        }

        assertThat(viewers.isFull("another")).isTrue();
        assertThat(viewers.enter("another")).isFalse();

        viewers.leave("address 0");
        assertThat(viewers.enter("another")).isTrue();
        assertThat(viewers.enter("address 0")).isFalse();
    }

    @Test
    void whoFallsBehindLiveIsCountedAndNotRefused() {
        assertThat(viewers.enter("a")).isTrue();
        assertThat(viewers.enter("a")).isTrue();
        viewers.reenter("a");

        viewers.leave("a");
        assertThat(viewers.enter("a")).isFalse();
        viewers.leave("a");
        assertThat(viewers.enter("a")).isTrue();
    }
}
