package io.millrace.launcher.broker;

import io.millrace.platform.kafka.Timeouts;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class NodeConfigTest {
    /** A client that repeats its request must find the new leader. A new controller gives every broker a full session. */
    @Test
    void frozenBrokerIsFencedBeforeClientsRepeatTheirRequests() {
        Map<String, String> config = of(3);
        int controllerMs = number(config, "controller.quorum.fetch.timeout.ms");
        int brokerMs = number(config, "broker.session.timeout.ms");
        assertThat(controllerMs + brokerMs).isLessThan(Timeouts.REQUEST_MS);
        assertThat(number(config, "broker.heartbeat.interval.ms") * 4).isLessThan(brokerMs);
    }

    /** There is no other broker that could go on. */
    @Test
    void singleBrokerIsNotFencedSoon() {
        assertThat(number(of(1), "broker.session.timeout.ms")).isEqualTo(3_000);
    }

    private static int number(Map<String, String> config, String setting) {
        return Integer.parseInt(config.get(setting));
    }

    private static Map<String, String> of(int brokers) {
        List<Voter> voters = IntStream.rangeClosed(1, brokers)
                .mapToObj(id -> new Voter(id, new HostPort("127.0.0.1", 9_000 + id))).toList();
        return NodeConfig.of(new BrokerSettings(Path.of("data"), "127.0.0.1", 9_092, 1, new Voters(voters), 0),
                Path.of("log"));
    }
}
