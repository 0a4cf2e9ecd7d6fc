package io.millrace.platform.rtmp;

import io.millrace.platform.net.PeerLog;
import io.millrace.platform.net.PeerNetwork;
import java.net.SocketAddress;
import org.slf4j.event.Level;

/**
 * Log lines that the peer of one connection causes. Each line begins with the peer's address and counts against the
 * quota of the peer's network. Confined to the event loop.
 */
final class ConnectionLog {
    private final PeerLog log;
    private String address = "";
    private String network = "";

    ConnectionLog(PeerLog log) {
        this.log = log;
    }

    void peerIs(SocketAddress peer) {
        address = PeerAddress.of(peer);
        network = PeerNetwork.ofEndpoint(address);
    }

    /** Returns {@code host:port} of the peer. */
    String address() {
        return address;
    }

    void write(Level level, String message) {
        log.log(level, network, "rtmp {}: {}", address, message);
    }

    /** @param bug a bug in this process, written with its stack trace; null if there is none */
    void write(Level level, String message, Throwable bug) {
        log.log(level, network, "rtmp {}: {}", address, message, bug);
    }
}
