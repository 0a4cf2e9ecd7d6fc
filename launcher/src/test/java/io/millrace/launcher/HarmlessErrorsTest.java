package io.millrace.launcher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.spi.FilterReply;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class HarmlessErrorsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            org.apache.kafka.controller.ReplicationControlManager | [QuorumController id=1] processExpiredBrokerHeartbeat: controller event queue overloaded. Timed out heartbeat from broker {}. | DENY
            org.apache.kafka.controller.ReplicationControlManager | Unexpected deleteTopics error for {} | NEUTRAL
            io.millrace.launcher.Node | processExpiredBrokerHeartbeat: | NEUTRAL
            """)
    void dropsOnlyLateHeartbeat(String logger, String message, FilterReply reply) {
        LoggerContext context = new LoggerContext();
        LoggingEvent event = new LoggingEvent("test", context.getLogger(logger), Level.ERROR, message, null,
                new Object[]{1});
        assertThat(new HarmlessErrors().decide(event)).isEqualTo(reply);
    }
}
