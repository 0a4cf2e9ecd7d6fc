package io.millrace.launcher.settings;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where a Kafka cluster is found. Immutable.
 *
 * @param addresses at least one
 */
public record BootstrapServers(List<HostPort> addresses) {
    public BootstrapServers {
        addresses = List.copyOf(addresses);
    }

    /** @throws IllegalArgumentException saying what would be right */
    static BootstrapServers parse(String text) {
        return new BootstrapServers(Arrays.stream(text.split(",", -1)).map(HostPort::parse).toList());
    }

    /** As Kafka wants it. */
    @Override
    public String toString() {
        return addresses.stream().map(HostPort::toString).collect(Collectors.joining(","));
    }
}
