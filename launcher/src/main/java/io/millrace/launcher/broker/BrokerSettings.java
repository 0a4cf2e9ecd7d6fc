package io.millrace.launcher.broker;

import io.millrace.platform.UserError;
import java.nio.file.Path;
import java.util.List;

/**
 * Settings of the embedded broker. Immutable.
 *
 * @param dataDir directory of the broker's data, which is kept between runs; can be used by one broker at a time
 * @param host this machine's name or address on which the broker listens, and which it announces to clients and other
 *        brokers
 * @param port port for clients on {@code host}; 0 for any free port
 * @param nodeId this broker's number in {@code voters}
 * @param voters the controllers of all brokers in the cluster
 * @param controllerPort port of the controller: on loopback for a single broker, otherwise on the host in
 * {@code voters}; 0 for the port in {@code voters}, or any free port for a single broker
 */
public record BrokerSettings(Path dataDir, String host, int port, int nodeId, Voters voters,
        int controllerPort) {
    static final String LOOPBACK = "127.0.0.1";

    /** Returns the settings of a single broker on loopback, which is a cluster of its own. */
    public static BrokerSettings alone(Path dataDir, int port) {
        return new BrokerSettings(dataDir, LOOPBACK, port, 1, Voters.ALONE, 0);
    }

    /**
     * Binds the ports and returns these settings with the actual ports and voters. {@code ports} holds the bound ports.
     *
     * @throws UserError if a port cannot be bound, or as {@link #ownController}
     */
    BrokerSettings resolved(BrokerPorts ports) {
        int client = ports.hold(host, port, "--kafka-port");
        if (voters.equals(Voters.ALONE)) {
            int controller = ports.hold(LOOPBACK, controllerPort, "--controller-port");
            Voter self = new Voter(nodeId, new HostPort(LOOPBACK, controller));
            return new BrokerSettings(dataDir, host, client, nodeId, new Voters(List.of(self)), controller);
        }
        HostPort own = ownController();
        return new BrokerSettings(dataDir, host, client, nodeId, voters,
                ports.hold(own.host(), own.port(), "--voters"));
    }

    /**
     * Returns the address of this broker's controller.
     *
     * @throws UserError if {@code voters} does not contain this node, or contradicts {@code controllerPort}
     */
    HostPort ownController() {
        Voter self = voters.find(nodeId)
                .orElseThrow(() -> new UserError("node " + nodeId
                        + " is not in --voters; add it as " + nodeId + "@" + host + ":PORT"));
        if (controllerPort != 0 && controllerPort != self.address().port()) {
            throw new UserError("--controller-port is " + controllerPort + ", but --voters contains "
                    + self + "; use the same port, or omit --controller-port");
        }
        return self.address();
    }
}
