package io.millrace.platform.kafka;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TimeoutsTest {
    /** With half of it left for a broker that is busy. */
    @Test
    void brokersAnswerFetchesBeforeRequestsTimeOut() {
        assertThat(Timeouts.QUIET_FETCH_MS).isLessThanOrEqualTo(Timeouts.REQUEST_MS / 2);
        assertThat(Timeouts.SEEKER_FETCH_MS).isLessThan(Timeouts.QUIET_FETCH_MS);
    }
}
