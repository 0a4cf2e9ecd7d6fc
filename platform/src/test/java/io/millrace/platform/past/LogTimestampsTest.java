package io.millrace.platform.past;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LogTimestampsTest {
    private static final long NOW = 1_767_225_600_000L;
    private static final long DAY = 86_400_000;

    @Test
    void areMediaTimesWithinLimitsOfBroker() {
        assertThat(LogTimestamps.of(NOW - 5, NOW, DAY)).isEqualTo(NOW - 5);
        assertThat(LogTimestamps.of(NOW + LogTimestamps.LEAD_LIMIT_MS, NOW, DAY))
                .isEqualTo(NOW + LogTimestamps.LEAD_LIMIT_MS);
        assertThat(LogTimestamps.of(NOW + LogTimestamps.LEAD_LIMIT_MS + 1, NOW, DAY))
                .isEqualTo(NOW + LogTimestamps.LEAD_LIMIT_MS);
        assertThat(LogTimestamps.of(NOW - DAY / 2 - 1, NOW, DAY)).isEqualTo(NOW - DAY / 2);
        assertThat(LogTimestamps.of(0, NOW, Long.MAX_VALUE)).as("retained for ever").isZero();
    }
}
