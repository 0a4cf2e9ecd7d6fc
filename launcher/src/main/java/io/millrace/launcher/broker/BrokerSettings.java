package io.millrace.launcher.broker;

import io.millrace.launcher.settings.HostPort;
import io.millrace.launcher.settings.Voter;
import io.millrace.launcher.settings.Voters;
import io.millrace.platform.UserError;
import java.nio.file.Path;
import java.util.List;

/**
 * What the embedded broker needs. Immutable.
 *
 * @param dataDir kept between runs; used by one broker at a time
 * @param host where it listens and what it tells its clients and the other brokers: a name or address of this machine
 * @param port on {@code host}; 0 takes any free one
 * @param nodeId this broker's number in {@code voters}
 * @param voters the controllers of all brokers of the cluster
 * @param controllerPort where the controller listens, alone on loopback and else on the host that {@code voters} names;
 * 0 takes the one in {@code voters}, or alone any free one
 */
public record BrokerSettings(Path dataDir, String host, int port, int nodeId, Voters voters,
        int controllerPort) {
    static final String LOOPBACK = "127.0.0.1";

    /** A broker that is a cluster of its own. */
    public static BrokerSettings alone(Path dataDir, int port) {
        return new BrokerSettings(dataDir, LOOPBACK, port, 1, Voters.ALONE, 0);
    }

    /** The same with every port and voter decided, and the ports held. */
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

    /** Where this broker's controller listens, once the settings are {@link #resolved}. */
    HostPort ownController() {
        Voter self = voters.find(nodeId)
                .orElseThrow(() -> new UserError("node " + nodeId
                        + " is not among --voters; name it there as " + nodeId + "@" + host + ":PORT"));
        if (controllerPort != 0 && controllerPort != self.address().port()) {
            throw new UserError("--controller-port is " + controllerPort + " and --voters says "
                    + self + "; make them the same, or leave --controller-port out");
        }
        return self.address();
    }
}
