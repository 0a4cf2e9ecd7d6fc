package io.millrace.launcher;

import io.millrace.platform.UserError;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Topics;
import io.millrace.testkit.LogCapture;
import io.millrace.tools.Job;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** How a process ends when its job ends. */
class JobThreadTest {
    /** Settings with which no Kafka client can be created. */
    private static final KafkaSettings NOWHERE = new KafkaSettings("127.0.0.1:1", "millrace.", 1, 0, 0, -1,
            Map.of("security.protocol", "no such"));

    @Test
    void userErrorOfAnyModuleEndsProcessWithItsLine() {
        assertThatThrownBy(() -> run(() -> Topics.ensure(new KafkaClients(NOWHERE)))).isInstanceOf(UserError.class)
                .hasMessageStartingWith("the settings of the Kafka clients are invalid: Invalid value no such for "
                        + "configuration security.protocol")
                .hasMessageEndingWith("correct them under kafka-client in the settings file");
        UserError said = new UserError("what, why, what to do");
        assertThatThrownBy(() -> run(() -> {
            throw said;
        })).isSameAs(said);
    }

    @Test
    void bugEndsProcessWithLogEntry() {
        try (LogCapture log = new LogCapture(ProcessLife.class)) {
            assertThatThrownBy(() -> run(() -> {
                throw new IllegalStateException("a bug");
            })).isInstanceOf(UserError.class).hasMessage("the test failed: a bug; see the log above");
            assertThat(log.lines()).containsExactly("ERROR fatal error: the test failed");
        }
    }

    @Test
    void finishedJobEndsProcessCleanly() {
        assertThatCode(() -> run(() -> {})).doesNotThrowAnyException();
    }

    private static void run(Runnable work) throws Exception {
        ProcessLife.run(life -> life.opened(JobThread.start("test", new Job() {
            @Override
            public void run() {
                work.run();
            }

            @Override
            public void cancel() {
                // The job ends without being cancelled.
            }
        }, life)));
    }
}
