package io.millrace.media.rtmp;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class PublishClockTest {
    private final PublishClock clock = new PublishClock();

    @Test
    void wrapBetweenFirstMessagesKeepsSync() {
        assertThat(clock.unwrapMs(MediaKind.VIDEO, -16)).isEqualTo(0xFFFF_FFF0L);
        assertThat(clock.unwrapMs(MediaKind.AUDIO, 16)).isEqualTo(0x1_0000_0010L);
    }

    /** Past 24 bits, past the signed 32 bits, and past the unsigned ones: video and audio alternate. */
    @ParameterizedTest
    @ValueSource(longs = {0xFF_FFFF - 500, 0x7FFF_FFFFL - 500, 0xFFFF_FFFFL - 500})
    void continuesAcrossSizesOfTimestamp(long startMs) {
        clock.unwrapMs(MediaKind.VIDEO, (int) startMs);
        clock.unwrapMs(MediaKind.AUDIO, (int) startMs);
        for (long ms = startMs; ms < startMs + 1_000; ms += 40) {
            assertThat(clock.unwrapMs(MediaKind.VIDEO, (int) ms)).isEqualTo(ms);
            assertThat(clock.unwrapMs(MediaKind.AUDIO, (int) (ms - 20))).isEqualTo(ms - 20);
        }
    }

    @Test
    void dataAtZeroDoesNotAffectMedia() {
        assertThat(clock.unwrapMs(MediaKind.DATA, 0)).isZero();
        assertThat(clock.unwrapMs(MediaKind.VIDEO, 0xF000_0000)).isEqualTo(0xF000_0000L);
    }

    @Test
    void dataAfterWrapFollowsMedia() {
        clock.unwrapMs(MediaKind.VIDEO, -16);
        clock.unwrapMs(MediaKind.VIDEO, 16);
        assertThat(clock.unwrapMs(MediaKind.DATA, 20)).isEqualTo(0x1_0000_0014L);
    }
}
