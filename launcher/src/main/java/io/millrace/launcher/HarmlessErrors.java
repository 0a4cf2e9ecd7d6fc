package io.millrace.launcher;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/** Drops what Kafka logs as an error and is none, where its logger says other things that are. */
final class HarmlessErrors extends Filter<ILoggingEvent> {
    private static final String LOGGER = "org.apache.kafka.controller.ReplicationControlManager";
    /** A heartbeat that waited 250 ms while the controller starts or the machine is busy: Kafka counts it all the same. */
    private static final String LATE_HEARTBEAT = "processExpiredBrokerHeartbeat: ";

    @Override
    public FilterReply decide(ILoggingEvent event) {
        // The message, not its text: Kafka puts its node in front of some.
        return event.getLoggerName().equals(LOGGER) && event.getMessage().contains(LATE_HEARTBEAT)
                ? FilterReply.DENY
                : FilterReply.NEUTRAL;
    }
}
