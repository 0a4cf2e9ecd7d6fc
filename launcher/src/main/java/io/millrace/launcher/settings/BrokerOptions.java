package io.millrace.launcher.settings;

import io.millrace.launcher.broker.BrokerSettings;
import io.millrace.launcher.broker.Voters;
import picocli.CommandLine.Option;

/** The flags of the command {@code broker} that make it one broker of a cluster. */
public final class BrokerOptions {
    @Option(names = "--kafka-host", paramLabel = "NAME", defaultValue = "127.0.0.1", description = "Name or address on which the broker listens and which it announces to clients.")
    private String host;

    @Option(names = "--node-id", paramLabel = "N", defaultValue = "1", converter = Converters.Count.class, description = "This broker's number in --voters.")
    private int nodeId;

    @Option(names = "--voters", paramLabel = "ID@HOST:PORT[,…]", defaultValue = "alone", description = "The controllers of all brokers of the cluster, the same list for each broker; or 'alone'.")
    private Voters voters;

    @Option(names = "--controller-port", paramLabel = "PORT", defaultValue = "0", converter = Converters.Port.class, description = "Port of this broker's controller; 0 is the port in --voters, or any free port for a single broker.")
    private int controllerPort;

    /**
     * Returns the settings of the broker.
     *
     * @param kafka the flags that set the port and the directory, which are the same as for the embedded broker of
     *        {@code up}
     */
    public BrokerSettings settings(KafkaOptions kafka) {
        return new BrokerSettings(kafka.dataDir(), host, kafka.port(), nodeId, voters, controllerPort);
    }
}
