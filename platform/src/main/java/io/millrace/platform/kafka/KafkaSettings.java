package io.millrace.platform.kafka;

import java.util.Map;

/**
 * Where the log is and how its topics are made.
 *
 * @param bootstrapServers {@code host:port[,host:port…]}
 * @param topicPrefix stands before every topic, consumer group and application id
 * @param partitions of every topic; chosen once, for growth
 * @param replication replicas of every topic; 0: as many as there are brokers, up to 3
 * @param retentionMs how long packets, segments, parts and index are kept
 * @param retentionBytes of a whole data topic, all partitions together; -1: no limit
 * @param client properties handed to every Kafka client as they are (TLS, SASL, {@code client.rack})
 */
public record KafkaSettings(String bootstrapServers, String topicPrefix, int partitions, int replication,
        long retentionMs, long retentionBytes, Map<String, String> client) {

    public KafkaSettings {
        client = ClientSettings.copyOf(client);
    }

    public String topic(Topic topic) {
        return topic.name(topicPrefix);
    }

    /** Name of a consumer group or Streams application of ours. */
    public String group(String name) {
        return topicPrefix + name;
    }
}
