package io.millrace.platform.kafka;

import java.util.Map;

/**
 * The state of one topic, as the cluster reports it. Immutable.
 *
 * @param replicas number of replicas, in sync or not, of the partition that has the fewest
 * @param config the effective settings by their Kafka names, including defaults of the brokers
 */
record TopicState(String name, int partitions, int replicas, Map<String, String> config) {
    TopicState {
        config = Map.copyOf(config);
    }

    /** Returns a number among the settings, or {@code otherwise} if the brokers do not report it. */
    long number(String setting, long otherwise) {
        String value = config.get(setting);
        return value == null ? otherwise : Long.parseLong(value);
    }
}
