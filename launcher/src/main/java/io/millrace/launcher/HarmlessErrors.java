package io.millrace.launcher;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/**
 * Drops messages that Kafka logs as errors although nothing is wrong. Used where the logger cannot be silenced, because
 * it also reports real errors.
 */
final class HarmlessErrors extends Filter<ILoggingEvent> {
    private static final String LOGGER = "org.apache.kafka.controller.ReplicationControlManager";
    /**
     * Logged when a broker heartbeat has waited 250 ms because the controller was starting or the machine was busy.
     * Kafka accepts the heartbeat.
     */
    private static final String LATE_HEARTBEAT = "processExpiredBrokerHeartbeat: ";

    @Override
    public FilterReply decide(ILoggingEvent event) {
        // contains, not startsWith: Kafka prefixes some messages with the node.
        return event.getLoggerName().equals(LOGGER) && event.getMessage().contains(LATE_HEARTBEAT)
                ? FilterReply.DENY
                : FilterReply.NEUTRAL;
    }
}
