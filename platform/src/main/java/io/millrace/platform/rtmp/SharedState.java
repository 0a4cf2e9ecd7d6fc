package io.millrace.platform.rtmp;

import io.millrace.platform.net.PeerLog;
import org.slf4j.LoggerFactory;

/**
 * What all connections of a server share. Thread-safe.
 *
 * @param counts how many there are
 * @param log what peers cause to be written to it
 */
record SharedState(ConnectionCounts counts, PeerLog log) {
    static SharedState of(ConnectionLimits limits) {
        return new SharedState(new ConnectionCounts(limits), new PeerLog(LoggerFactory.getLogger(RtmpServer.class)));
    }
}
