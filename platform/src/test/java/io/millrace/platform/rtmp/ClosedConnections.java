package io.millrace.platform.rtmp;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** What the metrics say of connections that a server ended. */
record ClosedConnections(MeterRegistry registry) {
    /** One was ended for a reason, at once or within 10 s. */
    void assertOne(String reason) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (count(reason) == 0 && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(count(reason)).as("closed by %s", reason).isEqualTo(1);
    }

    private double count(String reason) {
        return registry.get("millrace.connections.closed").tag("reason", reason).counter().count();
    }
}
