package io.millrace.launcher.broker;

import io.millrace.platform.UserError;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Looks at a port before Kafka does, which would end in a stack trace if it is taken. */
final class BrokerPort {
    private BrokerPort() {}

    /**
     * @param host a name or address of this machine
     * @param wanted 0 for any
     * @param flag where people choose it
     * @return a port that was free a moment ago
     * @throws UserError if {@code wanted} is taken
     */
    static int free(String host, int wanted, String flag) {
        try (ServerSocket probe = new ServerSocket(wanted, 1, InetAddress.getByName(host))) {
            return probe.getLocalPort();
        } catch (IOException e) {
            throw new UserError("the Kafka broker cannot listen on " + host + ":" + wanted + ": "
                    + e.getMessage() + "; stop what listens there, or choose another port with " + flag, e);
        }
    }
}
