package io.millrace.platform.rtmp;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Reads the meters of connections that a server closed. */
record ClosedConnections(MeterRegistry registry) {
    /** Long enough that only a hang exceeds it. */
    private static final Duration HANG = Duration.ofMinutes(2);

    /** Waits until one connection has been closed for this reason. */
    void assertOne(String reason) {
        awaitAtLeast(1, reason);
        assertThat(count(reason)).as("closed by %s", reason).isEqualTo(1);
    }

    void awaitAtLeast(int count, String reason) {
        await("closed by " + reason).atMost(HANG).until(() -> count(reason) >= count);
    }

    /** Waits until this many connections have been closed, for any reasons. */
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
