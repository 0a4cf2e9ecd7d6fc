package io.millrace.platform.kafka;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * The state of the log at one time, as the cluster reports it. Immutable.
 *
 * @param brokers number of brokers that are alive
 * @param topics the topics that exist
 * @param changelog the topic with the segmenters' state; empty if that topic does not exist yet, or if this stage is
 *     not authorized to describe it
 */
record LogState(int brokers, Map<Topic, TopicState> topics, Optional<TopicState> changelog) {
    private static final long TIMEOUT_MS = 30_000;
    /** Named by Kafka Streams after the segmenter's application and store. */
    private static final String CHANGELOG = "segmenter-folds-changelog";

    LogState {
        topics = Map.copyOf(topics);
    }

    /** Returns whether every topic was described. Some brokers learn of a new topic later than others. */
    boolean isComplete() {
        return topics.size() == Topic.values().length;
    }

    /** Returns the topics and the changelog. */
    List<TopicState> all() {
        return Stream.concat(Stream.of(Topic.values()).map(topics::get).filter(Objects::nonNull), changelog.stream())
                .toList();
    }

    /**
     * Queries the cluster. Blocks for some round trips.
     *
     * @throws ExecutionException if the cluster cannot be queried, with Kafka's exception as the cause
     * @throws TimeoutException if the cluster does not answer a query within 30 s
     */
    static LogState read(Admin admin, KafkaSettings settings)
            throws ExecutionException, InterruptedException, TimeoutException {
        int brokers = result(admin.describeCluster().nodes()).size();
        Map<Topic, TopicState> topics = new EnumMap<>(Topic.class);
        for (Topic topic : Topic.values()) {
            describe(admin, settings.topic(topic)).ifPresent(state -> topics.put(topic, state));
        }
        return new LogState(brokers, topics, changelog(admin, settings));
    }

    private static Optional<TopicState> changelog(Admin admin, KafkaSettings settings)
            throws ExecutionException, InterruptedException, TimeoutException {
        try {
            return describe(admin, settings.group(CHANGELOG));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Returns the state of a topic, or empty if it does not exist. */
    private static Optional<TopicState> describe(Admin admin, String name)
            throws ExecutionException, InterruptedException, TimeoutException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
        var description = admin.describeTopics(List.of(name)).topicNameValues().get(name);
        var config = admin.describeConfigs(List.of(resource)).values().get(resource);
        try {
            TopicDescription topic = result(description);
            Map<String, String> values = new HashMap<>();
            result(config).entries().stream().filter(entry -> entry.value() != null)
                    .forEach(entry -> values.put(entry.name(), entry.value()));
            int replicas = topic.partitions().stream().mapToInt(each -> each.replicas().size()).min().orElse(0);
            return Optional.of(new TopicState(name, topic.partitions().size(), replicas, values));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static <T> T result(KafkaFuture<T> future)
            throws ExecutionException, InterruptedException, TimeoutException {
        return future.get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
    }
}
