package io.millrace.launcher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LogDirFailuresTest {
    private static final String REPORTER = "org.apache.kafka.storage.internals.log.LogDirFailureChannel";

    private final LoggerContext context = new LoggerContext();
    private final ListAppender<ILoggingEvent> written = new ListAppender<>();

    @Test
    void logsFirstReportAndSilencesKafka() {
        written.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(written);
        context.getLogger("kafka").setLevel(Level.WARN);
        context.getLogger("org.apache.kafka").setLevel(Level.WARN);
        LogDirFailures.watch(context);

        IOException full = new IOException("No space left on device");
        context.getLogger(REPORTER).error("Error while appending records to packets-5", full);
        context.getLogger(REPORTER).error("Error while appending records to __cluster_metadata-0", full);
        context.getLogger("kafka.log.LogManager").error("Shutdown broker because all log dirs have failed");
        context.getLogger("org.apache.kafka.clients.producer.internals.Sender").warn("retrying");
        context.getLogger("io.millrace.launcher.Node").warn("Ours");

        assertThat(written.list).extracting(ILoggingEvent::getFormattedMessage).containsExactly(
                "The embedded Kafka broker cannot continue: Error while appending records to packets-5:"
                        + " No space left on device",
                "Ours");
        assertThat(written.list).allSatisfy(line -> assertThat(line.getThrowableProxy()).isNull());
    }
}
