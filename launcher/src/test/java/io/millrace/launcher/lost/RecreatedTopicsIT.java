package io.millrace.launcher.lost;

import ch.qos.logback.classic.Level;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.kafka.Topics;
import io.millrace.testkit.LogCapture;
import io.millrace.testkit.Patience;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Topics are deleted and created again, which loses their records and uses their offsets again: those that the four
 * stages read and write.
 */
@SlowTest
@ExtendWith(SharedBroker.class)
class RecreatedTopicsIT {
    private static final String STREAM = "live/show";
    private static final int SEGMENTS = 2;

    private static TestBroker broker;

    @TempDir
    Path dir;
    private LogCapture log;

    @BeforeAll
    static void share(TestBroker shared) {
        broker = shared;
    }

    @BeforeEach
    void capture() {
        log = LogCapture.ofPackages("io.millrace");
    }

    @AfterEach
    void endCapture() {
        log.close();
    }

    @Test
    void streamsGoOnWhileAllStagesRun() throws Exception {
        goesOn(Topic.PACKETS);
        assertThat(log.texts(Level.ERROR)).anyMatch(line -> line.contains("the log has lost records"))
                .anyMatch(line -> line.startsWith("packets lost records up to offset"));
    }

    @Tag("matrix")
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = {"PACKETS", "RELAYS", "DEAD_LETTERS"})
    void streamsGoOnWhicheverTopicIsLost(Topic lost) throws Exception {
        goesOn(lost);
    }

    private void goesOn(Topic lost) throws Exception {
        KafkaClients kafka = broker.clients("running-" + lost + ".");
        var audience = new Audience(STREAM);
        try (var stages = new AllStages(kafka, dir)) {
            seeTwoSessions(audience, stages);
            AutoCloseable encoder = stages.encoder(STREAM);
            audience.see(SEGMENTS, stages);
            TestBroker.recreate(kafka, lost);
            audience.see(2 * SEGMENTS, stages);
            encoder.close();
            audience.assertNothingHasChanged(stages.httpPort());
            assertThat(stages.fatal).isEmpty();
        }
    }

    @Test
    void nextBroadcastIsSeenAfterRestart() throws Exception {
        isSeenAfterRestart(Topic.PARTS);
    }

    @Tag("matrix")
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = {"PARTS", "RELAYS", "DEAD_LETTERS"})
    void nextBroadcastIsSeenWhicheverTopicIsLost(Topic lost) throws Exception {
        isSeenAfterRestart(lost);
    }

    private void isSeenAfterRestart(Topic lost) throws Exception {
        KafkaClients kafka = broker.clients("stopped-" + lost + ".");
        var audience = new Audience(STREAM);
        try (var stages = new AllStages(kafka, dir)) {
            seeTwoSessions(audience, stages);
        }
        TestBroker.recreate(kafka, lost);
        try (var stages = new AllStages(kafka, dir); AutoCloseable _ = stages.encoder(STREAM)) {
            audience.see(SEGMENTS, stages);
            audience.assertNothingHasChanged(stages.httpPort());
            assertThat(stages.fatal).isEmpty();
        }
    }

    @Tag("matrix")
    @Test
    void publishersAreRefusedWhilePacketsIsMissingAndAcceptedAfterwards() throws Exception {
        KafkaClients kafka = broker.clients("missing.");
        var audience = new Audience(STREAM);
        try (var stages = new AllStages(kafka, dir); AutoCloseable _ = stages.encoder(STREAM)) {
            audience.see(SEGMENTS, stages);
            int before = stages.disconnected.get();
            TestBroker.delete(kafka, Topic.PACKETS);
            await().atMost(Patience.TIME).until(() -> stages.disconnected.get() >= before + 20);
            Topics.ensure(kafka);
            audience.see(SEGMENTS, stages);
            audience.assertNothingHasChanged(stages.httpPort());
            assertThat(stages.fatal).isEmpty();
        }
    }

    /** The numbers of the sessions after these are greater than 0. */
    private static void seeTwoSessions(Audience audience, AllStages stages) throws Exception {
        for (int session = 0; session < 2; session++) {
            try (AutoCloseable _ = stages.encoder(STREAM)) {
                audience.see(SEGMENTS, stages);
            }
        }
    }
}
