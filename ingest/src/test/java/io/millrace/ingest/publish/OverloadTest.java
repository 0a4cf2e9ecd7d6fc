package io.millrace.ingest.publish;

import ch.qos.logback.classic.Level;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.ingest.meters.IngestMeters;
import io.millrace.ingest.session.ClockSkew;
import io.millrace.ingest.session.Clocks;
import io.millrace.ingest.session.KnownNames;
import io.millrace.ingest.session.KnownSessions;
import io.millrace.platform.kafka.LogSpace;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.publish.PublishAnswer;
import io.millrace.platform.publish.PublishEnd;
import io.millrace.testkit.LogCapture;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

class OverloadTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_000));

    private final ClockSkew skew = new ClockSkew();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private PublishAdmission admission() {
        var context = new PublishContext(MediaLimits.DEFAULT, 0, null, new Clocks(CLOCK, () -> 0, skew),
                new IngestMeters(registry), new PeerLog(LoggerFactory.getLogger(OverloadTest.class)), new Random(1));
        return new PublishAdmission(LogSpace.UNKNOWN, new KnownSessions(30_000),
                new NameGate(NameLimits.DEFAULT, new KnownNames(), CLOCK.millis()), _ -> 0, "live/slow"::equals,
                context);
    }

    @Test
    void refusesNewPublishersOfSlowPartitionsWithReason() {
        PublishAdmission admission = admission();
        try (LogCapture lines = new LogCapture(OverloadTest.class)) {
            assertThat(admission.refusal("live/fast", "127.0.0.1:1", false)).isEmpty();
            assertRefused(admission, "live/slow", "The log is slow at the moment, connect again");
            assertThat(lines.texts(Level.WARN)).singleElement().asString().contains("too slowly");
        }
        assertThat(refused("overloaded")).isEqualTo(1);
    }

    @Test
    void refusesPublishersWhileTheClockIsWrong() {
        PublishAdmission admission = admission();
        try (LogCapture lines = new LogCapture(OverloadTest.class, ClockSkew.class)) {
            skew.onHeartbeat(0, CLOCK.millis());
            assertRefused(admission, "live/fast", "The server's clock is wrong, connect again");
            assertThat(lines.texts(Level.WARN)).hasSize(2).last().asString().contains("differs by -1000000 ms");
        }
        assertThat(refused("wrong_clock")).isEqualTo(1);
    }

    private static void assertRefused(PublishAdmission admission, String stream, String description) {
        assertThat(admission.refusal(stream, "127.0.0.1:1", false))
                .hasValue(new PublishAnswer.Refused(PublishEnd.UNAVAILABLE, description));
    }

    private double refused(String reason) {
        return registry.get("millrace.ingest.refused").tag("reason", reason).counter().count();
    }
}
