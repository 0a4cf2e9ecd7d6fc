package io.millrace.ingest.publish;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MalformedAllowanceTest {
    private final MalformedAllowance allowance = new MalformedAllowance(10);

    @Test
    void isExceededByEleventhWithinMinute() {
        for (int i = 0; i < 10; i++) {
            assertThat(allowance.exceeded(i)).isFalse();
        }
        assertThat(allowance.exceeded(59_999)).isTrue();
    }

    @Test
    void toleratesEleventhOneMinuteAfterFirst() {
        for (int i = 0; i < 10; i++) {
            assertThat(allowance.exceeded(i)).isFalse();
        }
        assertThat(allowance.exceeded(60_000)).isFalse();
        assertThat(allowance.exceeded(60_000)).isTrue();
    }
}
