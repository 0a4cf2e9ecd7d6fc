package io.millrace.edge;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What classes log while a test provokes it: kept for the test, and not printed. Thread-safe. */
public final class CapturedLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();
    private final List<Logger> loggers;

    private CapturedLog(List<Logger> loggers) {
        this.loggers = loggers;
        start();
        for (Logger logger : loggers) {
            logger.setAdditive(false);
            logger.addAppender(this);
        }
    }

    public static CapturedLog of(Class<?>... classes) {
        return new CapturedLog(List.of(classes).stream().map(its -> (Logger) LoggerFactory.getLogger(its)).toList());
    }

    @Override
    protected void append(ILoggingEvent event) {
        event.prepareForDeferredProcessing();
        events.add(event);
    }

    /** The lines of a level and above. */
    public List<String> lines(Level least) {
        return events.stream().filter(event -> event.getLevel().isGreaterOrEqual(least))
                .map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Override
    public void close() {
        for (Logger logger : loggers) {
            logger.detachAppender(this);
            logger.setAdditive(true);
        }
    }
}
