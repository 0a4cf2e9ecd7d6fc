package io.millrace.launcher.broker;

import io.millrace.platform.net.ListenFault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntPredicate;

/**
 * Holds Kafka's ports from the moment they are chosen until Kafka binds them itself: it cannot be given a socket, and ends
 * in a stack trace if a port is taken. Between {@link #close} and its bind another process could take one; that is the one
 * such gap. Confined to one thread.
 */
final class BrokerPorts implements AutoCloseable {
    private final Deque<ServerSocket> held = new ArrayDeque<>();
    private final IntPredicate named;

    /** @param named ports that "any free one" does not take */
    BrokerPorts(IntPredicate named) {
        this.named = named;
    }

    /**
     * @param host a name or address of this machine
     * @param wanted 0 for any
     * @param flag where people choose it
     * @return a port that is held from now on
     * @throws io.millrace.platform.UserError if it cannot be
     */
    int hold(String host, int wanted, String flag) {
        try {
            ServerSocket socket = new ServerSocket(wanted, 1, InetAddress.getByName(host));
            held.push(socket);
            int port = socket.getLocalPort();
            return wanted == 0 && named.test(port) ? hold(host, wanted, flag) : port;
        } catch (IOException e) {
            close();
            throw ListenFault.of("the Kafka broker", host, wanted, "--host or --voters", flag, e);
        }
    }

    /** Releases them. Again does no harm. */
    @Override
    public void close() {
        while (!held.isEmpty()) {
            try {
                held.pop().close();
            } catch (IOException _) {
                // A listening socket has nothing to lose; Kafka says it if the port is not free.
            }
        }
    }
}
