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
import io.millrace.launcher.settings.LogOptions;
import java.util.Map;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Where logs go: standard error, as text for people or one JSON object a line for machines. Logback finds this class by
 * itself and starts with the defaults; the command line's wishes come with {@link #apply}.
 */
public final class Logging extends ContextAwareBase implements Configurator {
    private static final String PATTERN = "%d{\"yyyy-MM-dd'T'HH:mm:ss.SSS'Z'\",UTC} %-5level %logger{0} - %msg%n";

    /**
     * Loggers that are told to be quieter than ours. A Kafka in the same process says at INFO what only its developers
     * want to know, tens of thousands of lines of it, and warns of what is normal while it starts and ends.
     */
    private static final Map<String, Level> QUIET = Map.of(
            "org.apache.kafka", Level.WARN,
            "kafka", Level.WARN,
            "state.change.logger", Level.WARN,
            "org.apache.kafka.controller.QuorumController", Level.ERROR,
            "org.apache.kafka.clients.NetworkClient", Level.ERROR,
            // Topics that were just made: Topics asks again, and says it if it gives up.
            "org.apache.kafka.clients.admin.internals.PartitionLeaderStrategy", Level.OFF,
            "org.apache.kafka.clients.consumer.internals.OffsetFetcherUtils", Level.ERROR,
            "org.apache.kafka.streams", Level.ERROR,
            "io.netty", Level.WARN,
            "com.sun.net.httpserver", Level.WARN);

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        configure(context, Level.INFO, LogOptions.Format.TEXT);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** From now on, and for the whole process. */
    static void apply(LogOptions options) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        bridgeJdkLogging();
        configure(context, Level.valueOf(options.level().name()), options.format());
        options.oddities().forEach(LoggerFactory.getLogger(Logging.class)::warn);
    }

    /** Caffeine and the JDK's HTTP server log by java.util.logging. */
    static void bridgeJdkLogging() {
        if (!SLF4JBridgeHandler.isInstalled()) {
            SLF4JBridgeHandler.removeHandlersForRootLogger();
            SLF4JBridgeHandler.install();
        }
    }

    private static void configure(LoggerContext context, Level level, LogOptions.Format format) {
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setName("stderr");
        appender.setTarget(ConsoleTarget.SystemErr.getName());
        appender.setEncoder(new EscapingEncoder(encoder(context, format)));
        appender.addFilter(new HarmlessErrors());
        appender.start();
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(appender);
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(level);
        QUIET.forEach((name, quiet) -> {
            Logger logger = context.getLogger(name);
            // Whoever asks for less, or for everything, gets it.
            logger.setLevel(level.isGreaterOrEqual(quiet) || level == Level.TRACE ? level : quiet);
        });
    }

    private static Encoder<ILoggingEvent> encoder(LoggerContext context, LogOptions.Format format) {
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
