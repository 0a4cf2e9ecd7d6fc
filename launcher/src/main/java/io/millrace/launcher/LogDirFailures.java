package io.millrace.launcher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;

/**
 * Limits the log output to one line when the embedded broker can no longer write to its log directory, for example
 * because the disk is full. The broker ends within a second of such a failure; until then, the broker and the clients
 * in this process would log hundreds of lines about the consequences. Therefore the first report is logged without a
 * stack trace, and Kafka's loggers are switched off.
 */
final class LogDirFailures extends AppenderBase<ILoggingEvent> {
    private static final String REPORTER = "org.apache.kafka.storage.internals.log.LogDirFailureChannel";

    private final LoggerContext loggers;

    private LogDirFailures(LoggerContext loggers) {
        this.loggers = loggers;
    }

    /** Installs this appender as the only appender of the logger that reports such failures. */
    static void watch(LoggerContext context) {
        LogDirFailures failures = new LogDirFailures(context);
        failures.setContext(context);
        failures.start();
        Logger reporter = context.getLogger(REPORTER);
        reporter.setAdditive(false);
        reporter.addAppender(failures);
    }

    @Override
    protected void append(ILoggingEvent event) {
        loggers.getLogger(LogDirFailures.class).error("The embedded Kafka broker cannot continue: {}{}",
                event.getFormattedMessage(), reason(event.getThrowableProxy()));
        loggers.getLoggerList().stream().filter(LogDirFailures::isKafka).forEach(logger -> logger.setLevel(Level.OFF));
    }

    private static String reason(IThrowableProxy thrown) {
        return thrown == null ? "" : ": " + thrown.getMessage();
    }

    private static boolean isKafka(Logger logger) {
        return logger.getName().startsWith("org.apache.kafka") || logger.getName().startsWith("kafka")
                || logger.getName().equals("state.change.logger");
    }
}
