package io.millrace.ingest.publish;

import io.millrace.platform.net.PeerLog;
import io.millrace.platform.net.PeerNetwork;
import org.slf4j.event.Level;

/**
 * Writes lines about one publisher to the log of this process, within the limit of lines per peer. Thread-safe.
 *
 * @param lines the limited log
 * @param stream name of the stream, which begins each line
 * @param address {@code host:port} of the encoder
 */
record PublisherLog(PeerLog lines, String stream, String address) {
    /**
     * Writes one line, which begins with the name of the stream.
     *
     * @param format SLF4J message format
     */
    void write(Level level, String format, Object... arguments) {
        Object[] all = new Object[arguments.length + 1];
        all[0] = stream;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        lines.log(level, PeerNetwork.ofEndpoint(address), "{}: " + format, all);
    }
}
