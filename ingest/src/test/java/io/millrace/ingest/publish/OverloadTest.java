package io.millrace.ingest.publish;

import ch.qos.logback.classic.Level;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.ingest.meters.IngestMeters;
import io.millrace.ingest.session.KnownNames;
import io.millrace.ingest.session.KnownSessions;
import io.millrace.platform.kafka.LogSpace;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.publish.PublishEnd;
import io.millrace.testkit.LogCapture;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

class OverloadTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_000));

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void refusesNewPublishersOfSlowPartitionsWithReason() {
        var context = new PublishContext(MediaLimits.DEFAULT, 0, null, CLOCK, new IngestMeters(registry),
                new PeerLog(LoggerFactory.getLogger(OverloadTest.class)));
        var admission = new PublishAdmission(LogSpace.UNKNOWN, new KnownSessions(30_000),
                new NameGate(NameLimits.DEFAULT, new KnownNames(), CLOCK.millis()), _ -> 0, "live/slow"::equals, context);
        try (LogCapture lines = new LogCapture(OverloadTest.class)) {
            assertThat(admission.refusal("live/fast", "127.0.0.1:1", false)).isEmpty();
            assertThat(admission.refusal("live/slow", "127.0.0.1:1", false)).hasValueSatisfying(refused -> {
                assertThat(refused.why()).isEqualTo(PublishEnd.UNAVAILABLE);
                assertThat(refused.description()).isEqualTo("The log is slow at the moment, connect again");
            });
            assertThat(lines.texts(Level.WARN)).singleElement().asString().contains("too slowly");
        }
        assertThat(registry.get("millrace.ingest.refused").tag("reason", "overloaded").counter().count()).isEqualTo(1);
    }
}
