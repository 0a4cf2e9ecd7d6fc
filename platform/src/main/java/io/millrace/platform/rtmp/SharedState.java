package io.millrace.platform.rtmp;

import io.millrace.platform.net.ConnectionAdmission;
import io.millrace.platform.net.MemoryBudget;
import io.millrace.platform.net.PeerLog;
import org.slf4j.LoggerFactory;

/**
 * What all connections of a server share. Thread-safe.
 *
 * @param admission counts the connections against {@link ConnectionLimits}
 * @param memory limits the memory of incomplete messages
 * @param log limits the log lines that peers cause
 */
record SharedState(ConnectionAdmission admission, MemoryBudget memory, PeerLog log) {
    static SharedState of(ConnectionLimits limits, MemoryBudget memory) {
        return new SharedState(
                new ConnectionAdmission(Integer.MAX_VALUE, limits.unauthenticated(), limits.perAddress()), memory,
                new PeerLog(LoggerFactory.getLogger(RtmpServer.class)));
    }
}
