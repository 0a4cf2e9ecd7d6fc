package io.millrace.launcher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.joran.spi.ConsoleTarget;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.millrace.launcher.settings.LoggingOptions;
import java.util.Map;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Configures Logback to write to standard error, as text or as one JSON object per line. Logback discovers this class
 * and starts with the defaults; {@link #apply} sets the options of the command line.
 */
public final class Logging extends ContextAwareBase implements Configurator {
    private static final String PATTERN = "%d{\"yyyy-MM-dd'T'HH:mm:ss.SSS'Z'\",UTC} %-5level %logger{0} - %msg%n";

    /**
     * Levels of third-party loggers, which log less than Millrace's own. A Kafka broker in the same process logs tens
     * of thousands of lines at INFO that interest only Kafka developers, and warns about normal events while it starts
     * and stops.
     */
    private static final Map<String, Level> QUIET = Map.ofEntries(
            Map.entry("org.apache.kafka", Level.WARN),
            Map.entry("kafka", Level.WARN),
            Map.entry("state.change.logger", Level.WARN),
            Map.entry("org.apache.kafka.controller.QuorumController", Level.ERROR),
            Map.entry("org.apache.kafka.clients.NetworkClient", Level.ERROR),
            // Reports topics that were just created; Topics retries, and reports the error if it gives up.
            Map.entry("org.apache.kafka.clients.admin.internals.PartitionLeaderStrategy", Level.OFF),
            Map.entry("org.apache.kafka.clients.consumer.internals.OffsetFetcherUtils", Level.ERROR),
            Map.entry("org.apache.kafka.streams", Level.ERROR),
            Map.entry("io.netty", Level.WARN),
            // Warns about faults of peers, as often as they want.
            Map.entry("io.netty.handler.codec.http2", Level.ERROR),
            Map.entry("com.sun.net.httpserver", Level.WARN));

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        configure(context, Level.INFO, LoggingOptions.Format.TEXT);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /**
     * Applies the options to the whole process, and logs a warning for each name that looks like a misspelled setting.
     */
    static void apply(LoggingOptions options) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        bridgeJdkLogging();
        configure(context, Level.valueOf(options.level().name()), options.format());
        options.warnings().forEach(LoggerFactory.getLogger(Logging.class)::warn);
    }

    /** Redirects java.util.logging, which Caffeine and the JDK's HTTP server use, to SLF4J. */
    static void bridgeJdkLogging() {
        if (!SLF4JBridgeHandler.isInstalled()) {
            SLF4JBridgeHandler.removeHandlersForRootLogger();
            SLF4JBridgeHandler.install();
        }
    }

    private static void configure(LoggerContext context, Level level, LoggingOptions.Format format) {
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setName("stderr");
        appender.setTarget(ConsoleTarget.SystemErr.getName());
        appender.setEncoder(new EscapingEncoder(encoder(context, format)));
        appender.addFilter(new HarmlessErrors());
        appender.start();
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(appender);
        setLevel(context, level);
        LogDirFailures.watch(context);
    }

    /** Changes the level of the whole process. */
    static void setLevel(LoggingOptions.Level level) {
        setLevel((LoggerContext) LoggerFactory.getILoggerFactory(), Level.valueOf(level.name()));
    }

    private static void setLevel(LoggerContext context, Level level) {
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(level);
        QUIET.forEach((name, quiet) -> {
            Logger logger = context.getLogger(name);
            // A less verbose --log-level applies to these loggers, too, and so does trace.
            logger.setLevel(level.isGreaterOrEqual(quiet) || level == Level.TRACE ? level : quiet);
        });
    }

    private static Encoder<ILoggingEvent> encoder(LoggerContext context, LoggingOptions.Format format) {
        return switch (format) {
            case TEXT -> {
                PatternLayoutEncoder text = new PatternLayoutEncoder();
                text.setContext(context);
                text.setPattern(PATTERN);
                text.start();
                yield text;
            }
            case JSON -> {
                JsonLines json = new JsonLines();
                json.setContext(context);
                json.start();
                yield json;
            }
        };
    }
}
