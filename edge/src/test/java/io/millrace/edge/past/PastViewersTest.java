package io.millrace.edge.past;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PastViewersTest {
    private final PastViewers viewers = new PastViewers();

    @Test
    void limitsViewersPerAddress() {
        for (int i = 0; i < 64; i++) {
            assertThat(viewers.isFull("a")).isFalse();
            assertThat(viewers.enter("a")).isTrue();
        }

        assertThat(viewers.isFull("a")).isTrue();
        assertThat(viewers.enter("a")).isFalse();
        assertThat(viewers.enter("b")).isTrue();

        viewers.leave("a");
        assertThat(viewers.enter("a")).isTrue();
        assertThat(viewers.enter("a")).isFalse();
    }

    @Test
    void limitsAllViewers() {
        for (int i = 0; i < 512; i++) {
            assertThat(viewers.enter("address " + i)).isTrue();
        }

        assertThat(viewers.isFull("another")).isTrue();
        assertThat(viewers.enter("another")).isFalse();

        viewers.leave("address 0");
        assertThat(viewers.enter("another")).isTrue();
        assertThat(viewers.enter("address 0")).isFalse();
    }

    @Test
    void lastQuarterIsForAddressesWithoutViewers() {
        for (int i = 0; i < 383; i++) {
            assertThat(viewers.enter("address " + i % 6)).isTrue();
        }
        assertThat(viewers.enter("a")).isTrue();

        assertThat(viewers.enter("a")).isFalse();
        for (int i = 0; i < 128; i++) {
            assertThat(viewers.enter("newcomer " + i)).isTrue();
        }
        assertThat(viewers.enter("another")).isFalse();

        for (int i = 0; i < 128; i++) {
            viewers.leave("newcomer " + i);
        }
        viewers.leave("address 0");
        assertThat(viewers.enter("a")).isTrue();
        assertThat(viewers.enter("a")).isFalse();
    }

    @Test
    void newAddressHasPlaceBesideHundredGreedyOnes() {
        for (int address = 0; address < 100; address++) {
            for (int i = 0; i < 64; i++) {
                viewers.enter("hostile " + address);
            }
        }

        assertThat(viewers.isFull("viewer")).isFalse();
        assertThat(viewers.enter("viewer")).isTrue();
        viewers.leave("viewer");
        assertThat(viewers.enter("viewer")).isTrue();
    }

    @Test
    void viewerMaySeekBeforeItsOldConnectionIsClosed() {
        for (int i = 0; i < 384; i++) {
            assertThat(viewers.enter("address " + i % 6)).isTrue();
        }
        assertThat(viewers.enter("viewer")).isTrue();

        assertThat(viewers.isFull("viewer")).isFalse();
        viewers.leave("viewer");
        assertThat(viewers.enter("viewer")).isTrue();
    }

    @Test
    void countsLiveViewerThatFallsBehindWithoutRefusing() {
        for (int i = 0; i < 64; i++) {
            assertThat(viewers.enter("a")).isTrue();
        }
        viewers.reenter("a");

        viewers.leave("a");
        assertThat(viewers.enter("a")).isFalse();
        viewers.leave("a");
        assertThat(viewers.enter("a")).isTrue();
    }
}
