package io.millrace.outbound.relay;

import java.util.List;

/**
 * The settings of the relays of one process.
 *
 * @param node name of this node
 * @param rules those of the file, which is the same in all processes of the cluster
 */
public record RelaySettings(String node, List<RelayRule> rules) {
    public RelaySettings {
        rules = List.copyOf(rules);
    }
}
