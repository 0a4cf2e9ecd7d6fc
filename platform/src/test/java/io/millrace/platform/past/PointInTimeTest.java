package io.millrace.platform.past;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class PointInTimeTest {
    private static final long NOW = 1_767_225_600_000L; // 2026-01-01T00:00:00Z

    @ParameterizedTest
    @CsvSource({"2026-01-01T00:00:00Z, 0", "2026-01-01T00:00:00.250Z, 250", "2026-01-01t00:00:01z, 1000",
        "2026-01-01T02:00:00+02:00, 0", "2025-12-31T19:30:00.1239-04:30, 123", "-90s, -90000", "-5m, -300000",
        "-2h, -7200000", "-1d, -86400000", "-0s, 0"})
    void readsZonedTimesAndOffsets(String text, long fromNowMs) {
        PointInTime time = PointInTime.parse(text, NOW).orElseThrow();
        assertThat(time.timeMs() - NOW).isEqualTo(fromNowMs);
        assertThat(time.relative()).isEqualTo(text.startsWith("-"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "now", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00Z", "2026-13-01T00:00:00Z",
        "2026-01-01T25:00:00Z", "90s", "-90", "-1.5h", "-9999999999s", "1767225600", "+5m", "-5m ",
        "2026-01-01T00:00:00+2:00"})
    void rejectsOtherTexts(String text) {
        assertThat(PointInTime.parse(text, NOW)).isEmpty();
    }

    @Test
    void acceptsUnescapedPlusInUrl() {
        assertThat(PointInTime.parseParameter("2026-01-01T02:00:00 02:00", NOW))
                .isEqualTo(Optional.of(new PointInTime(NOW, false)));
    }
}
