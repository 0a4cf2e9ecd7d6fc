package io.millrace.platform.kafka;

import java.util.Map;

/**
 * Address of the Kafka cluster and settings for the topics. Immutable.
 *
 * @param bootstrapServers {@code host:port[,host:port…]}
 * @param topicPrefix prefix of every topic, consumer group and application id
 * @param partitions number of partitions of every topic; chosen once, with room for growth
 * @param replication replicas of every topic; 0: the number of brokers, up to 3
 * @param retentionMs how long packets, segments, parts and index are retained
 * @param retentionBytes maximum size of each of these topics, all partitions together; -1: no limit
 * @param client properties that are passed to every Kafka client unchanged (TLS, SASL, {@code client.rack})
 */
public record KafkaSettings(String bootstrapServers, String topicPrefix, int partitions, int replication,
        long retentionMs, long retentionBytes, Map<String, String> client) {

    public KafkaSettings {
        client = ClientSettings.copyOf(client);
    }

    /** Returns the same settings with {@code other} partitions per topic. */
    public KafkaSettings withPartitions(int other) {
        return new KafkaSettings(bootstrapServers, topicPrefix, other, replication, retentionMs, retentionBytes,
                client);
    }

    /** Returns the name of a topic on the cluster. */
    public String topic(Topic topic) {
        return topic.name(topicPrefix);
    }

    /** Returns the prefixed name of a consumer group or Streams application. */
    public String group(String name) {
        return topicPrefix + name;
    }
}
