package io.millrace.outbound.webhook;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class DeliveryRulesTest {
    private static final Instant NOW = Instant.parse("2026-12-01T00:00:00Z");

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 204, 299})
    void successIsAccepted(int status) {
        assertThat(DeliveryRules.of(status, Optional.empty(), NOW)).isEqualTo(new Attempt.Accepted());
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 301, 302, 307, 308, 400, 401, 404, 410, 422})
    void redirectsAndClientErrorsAreRejected(int status) {
        assertThat(DeliveryRules.of(status, Optional.of("5"), NOW))
                .isEqualTo(new Attempt.Rejected(status, "status " + status));
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 502, 503, 599})
    void temporaryErrorsAreRepeated(int status) {
        assertThat(DeliveryRules.of(status, Optional.empty(), NOW))
                .isEqualTo(new Attempt.Failed(status, "status " + status, Duration.ZERO));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"7|7", "0|0", "'Tue, 1 Dec 2026 00:01:00 GMT'|60", "soon|0", "-4|0", "''|0",
        "99999999999|2147483647"})
    void retryAfterIsHonoured(String header, long seconds) {
        assertThat(DeliveryRules.of(503, Optional.of(header), NOW))
                .isEqualTo(new Attempt.Failed(503, "status 503", Duration.ofSeconds(seconds)));
    }

    @ParameterizedTest
    @CsvSource({"1,0,500", "1,1,250", "2,0,1000", "7,0,32000", "8,0,60000", "8,1,30000", "2000000000,0,60000"})
    void waitsLongerWithEachFailure(int failures, double random, long ms) {
        assertThat(DeliveryRules.wait(failures, random, new Attempt.Failed(500, "", Duration.ZERO)).toMillis())
                .isEqualTo(ms);
    }

    @Test
    void waitsAsLongAsTargetAsks() {
        assertThat(DeliveryRules.wait(1, 0, new Attempt.Failed(503, "", Duration.ofMinutes(5))))
                .isEqualTo(Duration.ofMinutes(5));
        assertThat(DeliveryRules.wait(1, 0, new Attempt.Failed(503, "", Duration.ofDays(5))))
                .isEqualTo(DeliveryRules.HOLD);
        assertThat(DeliveryRules.wait(1, 0, new Attempt.Failed(503, "", Duration.ofDays(-5))).toMillis())
                .isEqualTo(500);
    }

    @ParameterizedTest
    @CsvSource({"359,359,false", "360,360,true", "360,9,false", "4000,10,true", "9,10,false"})
    void givesUpOldEventsOfTargetThatFailsForAWhile(long ageMinutes, long failingMinutes, boolean givenUp) {
        assertThat(DeliveryRules.isGivenUp(Duration.ofMinutes(ageMinutes), Duration.ofMinutes(failingMinutes)))
                .isEqualTo(givenUp);
    }
}
