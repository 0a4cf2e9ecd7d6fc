package io.millrace.platform.rtmp;

import io.millrace.platform.net.ConnectionAdmission;
import io.millrace.platform.net.MemoryBudget;
import io.millrace.platform.net.PeerLog;
import org.slf4j.LoggerFactory;

/**
 * The objects that all connections of one {@link RtmpServer} share. Thread-safe.
 *
 * @param admission counts the connections against {@link ConnectionLimits}
 * @param memory limits the memory of incomplete RTMP messages; several servers may share it
 * @param log limits the log lines that each peer causes
 */
record SharedState(ConnectionAdmission admission, MemoryBudget memory, PeerLog log) {
    /**
     * Returns the state of a new server. The total number of connections is not limited; the number from one address is,
     * and so is the number of those without an accepted publish or play.
     */
    static SharedState of(ConnectionLimits limits, MemoryBudget memory) {
        return new SharedState(
                new ConnectionAdmission(Integer.MAX_VALUE, limits.unauthenticated(), limits.perAddress()), memory,
                new PeerLog(LoggerFactory.getLogger(RtmpServer.class)));
    }
}
