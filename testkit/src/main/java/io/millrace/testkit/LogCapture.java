package io.millrace.testkit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * Collects the log lines of some classes or packages, at INFO and above, until it is closed. The lines are not printed
 * meanwhile. Thread-safe, but two captures of the same class must not overlap in time.
 */
public final class LogCapture extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();
    private final List<Logger> loggers;

    public LogCapture(Class<?>... classes) {
        this(Stream.of(classes).map(Class::getName));
    }

    /** Collects the log lines of all classes in the packages. */
    public static LogCapture ofPackages(String... packages) {
        return new LogCapture(Stream.of(packages));
    }

    private LogCapture(Stream<String> names) {
        loggers = names.map(name -> (Logger) LoggerFactory.getLogger(name)).toList();
        start();
        for (Logger logger : loggers) {
            logger.setAdditive(false);
            logger.setLevel(Level.INFO);
            logger.addAppender(this);
        }
    }

    @Override
    protected void append(ILoggingEvent event) {
        event.prepareForDeferredProcessing();
        events.add(event);
    }

    /** Returns every line so far, prefixed with its level: {@code WARN the text}. */
    public List<String> lines() {
        return events.stream().map(event -> event.getLevel() + " " + event.getFormattedMessage()).toList();
    }

    /** Returns the texts of all lines so far that have this level or a more severe one. */
    public List<String> texts(Level least) {
        return events.stream().filter(event -> event.getLevel().isGreaterOrEqual(least))
                .map(ILoggingEvent::getFormattedMessage).toList();
    }

    /** Returns the texts of all lines so far that have a stack trace. */
    public List<String> traced() {
        return events.stream().filter(event -> event.getThrowableProxy() != null)
                .map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Override
    public void close() {
        for (Logger logger : loggers) {
            logger.detachAppender(this);
            logger.setLevel(null);
            logger.setAdditive(true);
        }
    }
}
