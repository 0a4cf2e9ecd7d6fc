package io.millrace.ingest.session;

import ch.qos.logback.classic.Level;
import io.millrace.testkit.LogCapture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ClockSkewTest {
    private static final long BROKER_MS = 1_700_000_000_000L;

    private final ClockSkew skew = new ClockSkew();
    private final LogCapture log = new LogCapture(ClockSkew.class);

    @AfterEach
    void closeLog() {
        log.close();
    }

    @Test
    void saysNothingWhileClocksAgree() {
        for (int delayMs : new int[]{1, 3, 15_000, 2}) {
            skew.onHeartbeat(BROKER_MS, BROKER_MS + delayMs);
        }
        assertThat(skew.skewMs()).isEqualTo(-1);
        assertThat(skew.wrongMs()).isEmpty();
        assertThat(log.texts(Level.WARN)).isEmpty();
    }

    @Test
    void warnsOnceOfClockThatIsAhead() {
        skew.onHeartbeat(BROKER_MS + 600_000, BROKER_MS);
        skew.onHeartbeat(BROKER_MS + 600_000, BROKER_MS + 5);
        assertThat(skew.brokerMs(BROKER_MS + 600_000)).isEqualTo(BROKER_MS);
        assertThat(skew.wrongMs()).hasValue(600_000);
        assertThat(log.texts(Level.WARN)).singleElement().asString().contains("600000 ms ahead of");
    }

    @Test
    void detectsClockIn1970() {
        skew.onHeartbeat(0, BROKER_MS);
        assertThat(skew.wrongMs()).hasValue(-BROKER_MS);
        assertThat(log.texts(Level.WARN)).singleElement().asString().contains("behind");
    }

    @Test
    void recoversWhenClockIsCorrected() {
        skew.onHeartbeat(BROKER_MS + 600_000, BROKER_MS);
        for (int i = 0; i < 10; i++) {
            skew.onHeartbeat(BROKER_MS, BROKER_MS + 4);
        }
        assertThat(skew.wrongMs()).isEmpty();
        assertThat(log.texts(Level.INFO)).hasSize(2).last().asString().contains("again");
    }

    @Test
    void limitsAreExact() {
        skew.onHeartbeat(BROKER_MS + ClockSkew.NOTABLE_MS, BROKER_MS);
        assertThat(log.texts(Level.WARN)).isEmpty();
        skew.onHeartbeat(BROKER_MS + ClockSkew.WRONG_MS, BROKER_MS);
        assertThat(skew.wrongMs()).isEmpty();
        skew.onHeartbeat(BROKER_MS + ClockSkew.WRONG_MS + 1, BROKER_MS);
        assertThat(skew.wrongMs()).isPresent();
    }
}
