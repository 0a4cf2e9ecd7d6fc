package io.millrace.launcher.broker;

import io.millrace.platform.net.ListenFault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntPredicate;

/**
 * Binds Kafka's ports when they are chosen, and holds them until Kafka binds them itself. Kafka cannot use an open
 * socket, and fails with a stack trace if a port is in use. Another process could take a port between {@link #close}
 * and Kafka's bind; no other port of this process has such a gap. Confined to one thread.
 */
final class BrokerPorts implements AutoCloseable {
    private final Deque<ServerSocket> held = new ArrayDeque<>();
    private final IntPredicate named;

    /** @param named returns whether a flag names a port; such a port is never chosen for a flag with the value 0 */
    BrokerPorts(IntPredicate named) {
        this.named = named;
    }

    /**
     * Binds a port and holds it until {@link #close}.
     *
     * @param host a name or address of this machine
     * @param wanted the port, 0 for any free port
     * @param flag flag that sets the port, for the error message
     * @return the bound port
     * @throws io.millrace.platform.UserError if the port cannot be bound; the ports held so far are released
     */
    int hold(String host, int wanted, String flag) {
        try {
            ServerSocket socket = new ServerSocket(wanted, 1, InetAddress.getByName(host));
            held.push(socket);
            int port = socket.getLocalPort();
            return wanted == 0 && named.test(port) ? hold(host, wanted, flag) : port;
        } catch (IOException e) {
            close();
            throw ListenFault.of("the Kafka broker", host, wanted, "--kafka-host or --voters", flag, e);
        }
    }

    /** Releases the ports. Idempotent. */
    @Override
    public void close() {
        while (!held.isEmpty()) {
            try {
                held.pop().close();
            } catch (IOException _) {
                // A listening socket has no data to lose. If the port stays taken, Kafka reports it.
            }
        }
    }
}
