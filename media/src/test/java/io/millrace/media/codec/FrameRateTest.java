package io.millrace.media.codec;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class FrameRateTest {
    @ParameterizedTest
    @CsvSource({"30, 1, 30, 1, 30000", "60000, 2002, 30000, 1001, 29970", "2, 3, 2, 3, 667", "0, 1, 0, 1, 0",
        "30, 0, 0, 1, 0", "2147483647, 2147483646, 2147483647, 2147483646, 1000", "4294967295, 2, 0, 1, 0"})
    void reducesFraction(long numerator, long denominator, int first, int second, int milliHz) {
        FrameRate rate = FrameRate.of(numerator, denominator);
        assertThat(rate).isEqualTo(new FrameRate(first, second));
        assertThat(rate.milliHz()).isEqualTo(milliHz);
        assertThat(rate.isKnown()).isEqualTo(first != 0);
    }
}
