package io.millrace.launcher.lost;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A broker is restored from an older copy of its data: it repeats topic ids, leader epochs and offsets. */
@SlowTest
class RestoredBrokerIT {
    private static final String STREAM = "live/show";
    private static final int SEGMENTS = 2;

    @TempDir
    Path dir;

    @Test
    void nextBroadcastIsSeen() throws Exception {
        try (TestBroker broker = TestBroker.running()) {
            KafkaClients kafka = broker.clients("restored.");
            var audience = new Audience(STREAM);
            Path copy = dir.resolve("copy");
            broadcast(audience, kafka);
            broker.stop();
            broker.copy(copy);
            broker.start();
            broadcast(audience, kafka);
            broker.stop();
            broker.restore(copy);
            broker.start();
            broadcast(audience, kafka);
        }
    }

    private void broadcast(Audience audience, KafkaClients kafka) throws Exception {
        try (var stages = new AllStages(kafka, dir.resolve("stages")); AutoCloseable _ = stages.encoder(STREAM)) {
            audience.see(SEGMENTS, stages);
            audience.assertNothingHasChanged(stages.httpPort());
            assertThat(stages.fatal).isEmpty();
        }
    }
}
