package io.millrace.tools.push;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SendPaceTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void realTimeIsTimeOfMedia() {
        assertThat(SendPace.realTime(5).dueNanos(0, 2_000)).isEqualTo(5 + 2 * SECOND);
    }

    @Test
    void mediaThatIsBehindIsDueFasterThanRealTime() {
        SendPace pace = SendPace.catchingUp(0, 4);
        for (int ms = 0; ms <= 4_000; ms += 500) {
            assertThat(pace.dueNanos(0, ms)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(ms) / 4);
        }
    }

    @Test
    void liveMediaIsNeverDueLater() {
        SendPace pace = SendPace.catchingUp(0, 4);
        for (int ms = 0; ms <= 600_000; ms += 40) {
            assertThat(pace.dueNanos(TimeUnit.MILLISECONDS.toNanos(ms), ms))
                    .isLessThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(ms));
        }
    }

    @Test
    void lateSessionSendsOneSecondAtOnce() {
        SendPace pace = SendPace.catchingUp(0, 4);
        assertThat(pace.dueNanos(60 * SECOND, 0)).isEqualTo(59 * SECOND);
    }

    @Test
    void gapInMediaIsNotWaitedFor() {
        SendPace pace = SendPace.catchingUp(0, 4);
        assertThat(pace.dueNanos(0, 3_600_000)).isEqualTo(SECOND / 4);
    }

    @Test
    void pausesDoubleUpToLongest() {
        Backoff backoff = new Backoff();
        for (int seconds : new int[]{1, 2, 4, 8, 16, 30, 30}) {
            assertThat(backoff.next()).isEqualTo(Duration.ofSeconds(seconds));
        }
        backoff.reset();
        assertThat(backoff.next()).isEqualTo(Duration.ofSeconds(1));
    }
}
