package io.millrace.launcher.settings;

import io.millrace.launcher.broker.BrokerSettings;
import picocli.CommandLine.Option;

/** What makes the command {@code broker} one of several. */
public final class BrokerOptions {
    @Option(names = "--kafka-host", paramLabel = "NAME", defaultValue = "127.0.0.1", description = "Name or address that the broker listens on and tells its clients.")
    private String host;

    @Option(names = "--node-id", paramLabel = "N", defaultValue = "1", converter = Converters.Count.class, description = "This broker's number in --voters.")
    private int nodeId;

    @Option(names = "--voters", paramLabel = "ID@HOST:PORT[,…]", defaultValue = "alone", converter = Converters.VoterList.class, description = "The controllers of all brokers of the cluster, the same for each; or 'alone'.")
    private Voters voters;

    @Option(names = "--controller-port", paramLabel = "PORT", defaultValue = "0", converter = Converters.Port.class, description = "Port of this broker's controller; 0 is the one in --voters, alone any free one.")
    private int controllerPort;

    public BrokerSettings settings(Settings settings) {
        return new BrokerSettings(settings.dataDir(), host, settings.kafkaPort(), nodeId, voters, controllerPort);
    }
}
