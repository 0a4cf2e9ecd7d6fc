package io.millrace.ingest.publish;

import ch.qos.logback.classic.Level;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.ingest.meters.IngestMeters;
import io.millrace.ingest.session.ClockSkew;
import io.millrace.ingest.session.Clocks;
import io.millrace.ingest.session.KnownNames;
import io.millrace.ingest.session.LogOverMock;
import io.millrace.ingest.session.LogWriter;
import io.millrace.media.StreamName;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.access.AccessRequest;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.LogSpace;
import io.millrace.platform.log.Encoder;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.publish.PublishAnswer;
import io.millrace.platform.publish.PublishSink;
import io.millrace.testkit.LogCapture;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Limit of claims that wait for their first packet, because every reader of the log must remember them. */
class ClaimsLimitTest {
    private static final int LIMIT = 16;
    private static final StreamName STREAM = new StreamName("live/show");
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_000));

    private final MockProducer<String, byte[]> kafka = new MockProducer<>(true, new RoundRobinPartitioner(),
            new StringSerializer(), new ByteArraySerializer());
    private final KafkaClients clients = new KafkaClients(
            new KafkaSettings("nowhere:1", "", 1, 1, 86_400_000, 1L << 30, Map.of()));
    private final LogWriter log = LogOverMock.of(clients, kafka);
    private final IngestMeters meters = new IngestMeters(new SimpleMeterRegistry());
    private final PublishDesk desk = desk();

    private PublishDesk desk() {
        var rules = new EpochRules(EpochRules.CURRENT_VERSION, 2_000, 500, 30_000, 30_000, List.of(Format.TS));
        var settings = new PublishSettings("a", 1, () -> ApplicationRules.same(rules), 0, MediaLimits.DEFAULT,
                NameLimits.DEFAULT, 30_000,
                new PublishSettings.Unacknowledged(1 << 20, 1 << 20, 1 << 20));
        return new PublishDesk(settings, new PublishLog(clients, log, LogSpace.UNKNOWN),
                AccessPolicy.ALLOW_ALL, new KnownNames(),
                new Clocks(CLOCK, () -> 0, new ClockSkew()), meters, new Random(1));
    }

    @AfterEach
    void closeLog() {
        log.close();
    }

    @Test
    void limitsClaimsToNameOnOneNode() {
        List<PublishSink> accepted = new ArrayList<>();
        for (int i = 0; i < LIMIT; i++) {
            accepted.add(((PublishAnswer.Accepted) publish()).sink());
        }
        assertRefused();
        accepted.getFirst().ended(PublishSink.End.UNPUBLISHED, "");
        assertThat(publish()).isInstanceOf(PublishAnswer.Accepted.class);
    }

    @Test
    void countsClaimsOfOtherNodes() {
        for (int session = 100; session < 100 + LIMIT; session++) {
            desk.onNotice(
                    new SessionNotice(STREAM.value(), session, SessionNotice.State.CLAIMED,
                            new Encoder("b", "", "127.0.0.1:1"), 0,
                            0, 30_000, 2),
                    false);
        }
        assertRefused();
        desk.onNotice(new SessionNotice(STREAM.value(), 100, SessionNotice.State.ENDED,
                new Encoder("b", "", "127.0.0.1:1"), 0, 0,
                30_000, 2), false);
        try (LogCapture lines = new LogCapture(PublishDesk.class)) {
            assertThat(publish()).isInstanceOf(PublishAnswer.Accepted.class);
            // The log of the test begins at 0, and the other sessions have greater numbers.
            assertThat(lines.texts(Level.ERROR)).singleElement().asString().contains("the log has lost records");
        }
    }

    private void assertRefused() {
        try (LogCapture lines = new LogCapture(PublishDesk.class)) {
            assertThat(publish()).isInstanceOf(PublishAnswer.Refused.class);
            assertThat(lines.texts(Level.WARN)).singleElement().asString().contains("sent nothing");
        }
    }

    private PublishAnswer publish() {
        var source = new AccessRequest.Source(AccessRequest.Protocol.RTMP, "127.0.0.1:1", "", "");
        return desk.publish(new AccessRequest(AccessRequest.Action.PUBLISH, STREAM, "", source), new SwitchProbe())
                .toCompletableFuture().join();
    }
}
