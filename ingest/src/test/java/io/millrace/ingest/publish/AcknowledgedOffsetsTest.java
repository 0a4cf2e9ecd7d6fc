package io.millrace.ingest.publish;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class AcknowledgedOffsetsTest {
    private static final long CLAIM = 100;

    private final AcknowledgedOffsets offsets = new AcknowledgedOffsets(CLAIM);
    private final long first = offsets.nextNumber();
    private final long second = offsets.nextNumber();
    private final long third = offsets.nextNumber();

    @Test
    void growWithTheRecordsOfOtherStreamsBetweenThem() {
        assertThat(offsets.showsLoss(first, 101)).isFalse();
        assertThat(offsets.showsLoss(second, 105)).isFalse();
        assertThat(offsets.showsLoss(third, 106)).isFalse();
    }

    /** The leader changes while the first request is unanswered. */
    @Test
    void mayBeAcknowledgedInAnotherOrderThanTheRecordsWereSent() {
        assertThat(offsets.showsLoss(third, 106)).isFalse();
        assertThat(offsets.showsLoss(first, 101)).isFalse();
        assertThat(offsets.showsLoss(second, 105)).isFalse();
        assertThat(offsets.showsLoss(offsets.nextNumber(), 107)).isFalse();
    }

    @Test
    void thatAreNotGreaterThanTheClaimsShowLoss() {
        assertThat(offsets.showsLoss(first, 3)).isTrue();
    }

    @Test
    void thatAreUsedAgainShowLoss() {
        assertThat(offsets.showsLoss(first, 101)).isFalse();
        assertThat(offsets.showsLoss(second, 101)).isTrue();
        assertThat(offsets.showsLoss(third, 102)).as("after the loss").isFalse();
    }

    @Test
    void thatAreUsedAgainShowLossEvenIfAnEarlierRecordIsAcknowledgedLate() {
        assertThat(offsets.showsLoss(second, 101)).isFalse();
        assertThat(offsets.showsLoss(first, 101)).isTrue();
    }
}
