package io.millrace.platform.rtmp;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Collects the log lines of RTMP servers until it is closed, instead of printing them. */
final class ServerLog implements AutoCloseable {
    private final Logger log = (Logger) LoggerFactory.getLogger(RtmpServer.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    ServerLog() {
        this(null);
    }

    /** @param least the lowest level to collect; null for the level of the tests' configuration */
    ServerLog(Level least) {
        log.setLevel(least);
        lines.start();
        log.setAdditive(false);
        log.addAppender(lines);
    }

    /** Returns the lines that were collected so far. */
    List<ILoggingEvent> lines() {
        return List.copyOf(lines.list);
    }

    @Override
    public void close() {
        log.setLevel(null);
        log.detachAppender(lines);
        log.setAdditive(true);
    }
}
