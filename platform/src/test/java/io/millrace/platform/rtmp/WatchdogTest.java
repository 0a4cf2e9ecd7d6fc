package io.millrace.platform.rtmp;

import io.millrace.media.rtmp.ServerSession.State;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class WatchdogTest {
    private final Watchdog watchdog = new Watchdog(ConnectionLimits.DEFAULT);

    @Test
    void closesPeerThatDoesNotReadForTenSeconds() {
        for (int second = 1; second <= 10; second++) {
            assertThat(watchdog.tick(State.PUBLISHING, false, false)).isEmpty();
        }
        assertThat(watchdog.tick(State.PUBLISHING, false, false)).contains(CloseReason.BLOCKED);
    }

    @Test
    void toleratesPeerThatReadsAgain() {
        for (int second = 1; second <= 40; second++) {
            watchdog.bytesReceived();
            assertThat(watchdog.tick(State.PUBLISHING, true, second % 10 == 0)).isEmpty();
        }
    }

    @Test
    void measuresSilenceFromLastByte() {
        for (int second = 1; second <= 14; second++) {
            watchdog.tick(State.PUBLISHING, true, true);
        }
        watchdog.bytesReceived();
        for (int second = 1; second <= 15; second++) {
            assertThat(watchdog.tick(State.PUBLISHING, true, true)).isEqualTo(Optional.empty());
        }
        assertThat(watchdog.tick(State.PUBLISHING, true, true)).contains(CloseReason.IDLE);
    }

    @Test
    void appliesNoTimeoutWhileApplicationDecides() {
        for (int second = 1; second <= 1000; second++) {
            assertThat(watchdog.tick(State.ANSWERING, true, true)).isEmpty();
        }
    }
}
