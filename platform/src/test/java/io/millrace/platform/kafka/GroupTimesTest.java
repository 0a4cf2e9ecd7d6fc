package io.millrace.platform.kafka;

import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class GroupTimesTest {
    @Test
    void respectsMinimumOfBrokers() {
        assertThat(GroupTimes.permitted(6_000)).isEqualTo(new GroupTimes(6_000, 500));
    }

    @Test
    void usesShortTimeoutIfPermitted() {
        assertThat(GroupTimes.permitted(1_000)).isEqualTo(new GroupTimes(3_000, 500));
    }

    @Test
    void operatorsSettingsTakePrecedence() {
        assertThat(GroupTimes.permitted(6_000).under(Map.of("session.timeout.ms", "10000"))).isEqualTo(
                Map.of("session.timeout.ms", 10_000, "heartbeat.interval.ms", 500));
        assertThat(GroupTimes.permitted(6_000).under(Map.of("heartbeat.interval.ms", "2000"))).isEqualTo(
                Map.of("session.timeout.ms", 6_000, "heartbeat.interval.ms", 2_000));
    }
}
