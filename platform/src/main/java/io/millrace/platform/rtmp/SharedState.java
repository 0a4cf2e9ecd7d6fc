package io.millrace.platform.rtmp;

import io.millrace.platform.net.MemoryBudget;
import io.millrace.platform.net.PeerLog;
import org.slf4j.LoggerFactory;

/**
 * What all connections of a server share. Thread-safe.
 *
 * @param counts how many there are
 * @param memory of messages that are not complete
 * @param log what peers cause to be written to it
 */
record SharedState(ConnectionCounts counts, MemoryBudget memory, PeerLog log) {
    static SharedState of(ConnectionLimits limits, MemoryBudget memory) {
        return new SharedState(new ConnectionCounts(limits), memory,
                new PeerLog(LoggerFactory.getLogger(RtmpServer.class)));
    }
}
