package io.millrace.ingest.publish;

import io.millrace.ingest.publish.BitrateCeiling.Answer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BitrateCeilingTest {
    /** 8 kbit/s is 1000 bytes per second. */
    private final BitrateCeiling ceiling = new BitrateCeiling(8_000);

    @Test
    void isNeverOverAtAllowedRate() {
        for (int second = 0; second < 100_000; second++) {
            assertThat(ceiling.spend(1_000, second * 1_000L)).isEqualTo(Answer.WITHIN);
        }
    }

    @Test
    void warnsOnceAndIsThenOverAtTwiceRate() {
        int warnings = 0;
        int second = 0;
        Answer answer = Answer.WITHIN;
        while (answer != Answer.OVER) {
            answer = ceiling.spend(2_000, second++ * 1_000L);
            warnings += answer == Answer.WARN ? 1 : 0;
        }
        assertThat(second).as("seconds until the saved bytes are spent").isEqualTo(30);
        assertThat(warnings).isEqualTo(1);
    }

    @Test
    void isOverOneBytePastSaved() {
        assertThat(ceiling.spend(30_000, 0)).isEqualTo(Answer.WARN);
        assertThat(ceiling.spend(1, 0)).isEqualTo(Answer.OVER);
    }

    @Test
    void allowsCatchUpAfterPause() {
        for (int second = 0; second < 60; second++) {
            ceiling.spend(1_000, second * 1_000L);
        }
        assertThat(ceiling.spend(29_000, 89_000)).isNotEqualTo(Answer.OVER);
        assertThat(ceiling.spend(1_000, 90_000)).isNotEqualTo(Answer.OVER);
    }

    @Test
    void warnsAgainAfterRefill() {
        assertThat(ceiling.spend(16_000, 0)).isEqualTo(Answer.WARN);
        assertThat(ceiling.spend(1_000, 1)).as("once").isEqualTo(Answer.WITHIN);
        assertThat(ceiling.spend(16_000, 60_000)).isEqualTo(Answer.WARN);
    }

    @Test
    void refillsNothingIfClockGoesBack() {
        assertThat(ceiling.spend(30_000, 100_000)).isEqualTo(Answer.WARN);
        assertThat(ceiling.spend(0, 50_000)).isEqualTo(Answer.WITHIN);
        assertThat(ceiling.spend(1, 100_000)).isEqualTo(Answer.OVER);
    }
}
