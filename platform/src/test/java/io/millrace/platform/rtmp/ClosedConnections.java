package io.millrace.platform.rtmp;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What the metrics say of connections that a server ended. */
record ClosedConnections(MeterRegistry registry) {
    /** Only a hang takes longer. */
    private static final Duration HANG = Duration.ofMinutes(2);

    /** One was ended for a reason, by now or later. */
    void assertOne(String reason) {
        awaitAtLeast(1, reason);
        assertThat(count(reason)).as("closed by %s", reason).isEqualTo(1);
    }

    void awaitAtLeast(int count, String reason) {
        await("closed by " + reason).atMost(HANG).until(() -> count(reason) >= count);
    }

    /** All of them are ended, for whatever reasons. */
    void awaitAll(int count) {
        await("closed").atMost(HANG).until(() -> count() == count);
    }

    double count(String reason) {
        return registry.get("millrace.connections.closed").tag("reason", reason).counter().count();
    }

    private double count() {
        return registry.find("millrace.connections.closed").counters().stream().mapToDouble(c -> c.count()).sum();
    }
}
