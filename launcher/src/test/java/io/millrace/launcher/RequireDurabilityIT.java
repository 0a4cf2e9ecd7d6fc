package io.millrace.launcher;

import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Stages with {@code --require-durability} at a cluster of one broker. Isolated, because a command configures the
 * logging of the whole process.
 */
@SlowTest
@Isolated
@ExtendWith(SharedBroker.class)
class RequireDurabilityIT {
    private final TestBroker broker;

    RequireDurabilityIT(TestBroker broker) {
        this.broker = broker;
    }

    @ParameterizedTest
    @ValueSource(strings = {"ingest", "segmenter", "packager", "edge"})
    void stageDoesNotStartWithOneReplica(String stage) {
        broker.clients("there.");
        assertThat(failure(stage, "there.", Map.of("MILLRACE_REQUIRE_DURABILITY", "on")))
                .contains("all topics (there.*) have 1 replica, on the only broker")
                .contains("run three brokers, then add replicas with kafka-reassign-partitions");
    }

    @Test
    void stageDoesNotCreateTopicsWithOneReplica() {
        assertThat(failure("edge", "absent.", Map.of(), "--require-durability"))
                .contains("new topics would have 1 replica and min.insync.replicas=1");
    }

    private String failure(String stage, String prefix, Map<String, String> environment, String... flags) {
        List<String> arguments = new ArrayList<>(List.of(stage, "--kafka", broker.bootstrap(),
                "--topic-prefix", prefix, "--partitions", "2", "--host", "127.0.0.1", "--rtmp-port", "0", "--http-port",
                "0", "--admin-port", "0"));
        arguments.addAll(List.of(flags));
        CommandCall call = CommandCall.run(environment, arguments);
        assertThat(call.code()).isEqualTo(1);
        assertThat(call.err().lines()).singleElement().asString().startsWith("millrace: ");
        return call.err().strip();
    }
}
