package io.millrace.platform.kafka;

import io.millrace.platform.kafka.DurabilityProblem.Condition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.config.TopicConfig;

/**
 * The preconditions of "acknowledged data is never lost" (docs/architecture.md), checked on the topics of a cluster.
 * Pure; an instance checks one state once.
 */
final class DurabilityRules {
    /** With fewer replicas in sync, an acknowledged record may be on one broker only. */
    private static final int DURABLE_IN_SYNC = 2;

    private final KafkaSettings settings;
    private final LogState log;
    /** The names of the topics that have the same problem. */
    private final Map<Finding, List<String>> found = new LinkedHashMap<>();

    private DurabilityRules(KafkaSettings settings, LogState log) {
        this.settings = settings;
        this.log = log;
    }

    /** @param text continues "topic t has" */
    private record Finding(Condition condition, String text) {}

    /** Returns the violated preconditions, each with the topics that violate it; empty if all hold. */
    static List<DurabilityProblem> problems(KafkaSettings settings, LogState log) {
        DurabilityRules rules = new DurabilityRules(settings, log);
        rules.check();
        return rules.found.entrySet().stream()
                .map(each -> new DurabilityProblem(each.getKey().condition(),
                        rules.subject(each.getValue()) + " " + each.getKey().text()))
                .toList();
    }

    private void check() {
        for (Topic topic : Topic.values()) {
            TopicState state = log.topics().get(topic);
            if (state == null) {
                add(Condition.TOPICS, settings.topic(topic), "been deleted: its records are lost, and the other topics "
                        + "refer to it; stop all stages, choose another --topic-prefix and start them again");
            } else {
                checkPartitions(state);
                checkCleanup(topic, state);
                checkRetention(topic, state);
                checkTimestamps(topic, state);
            }
        }
        log.all().forEach(state -> {
            checkReplicas(state);
            checkInSync(state);
            checkElection(state);
        });
    }

    private void checkPartitions(TopicState state) {
        if (state.partitions() != settings.partitions()) {
            add(Condition.TOPICS, state.name(), state.partitions() + " partitions, but --partitions is "
                    + settings.partitions() + ": the records of a stream are no longer in one partition; "
                    + "stop all stages and start them with another --topic-prefix");
        }
    }

    private void checkReplicas(TopicState state) {
        int replicas = state.replicas();
        int brokers = log.brokers();
        int wanted = Topics.Replicas.of(settings, brokers).count();
        if (replicas == 1 && wanted == 1 && brokers == 1) {
            add(Condition.BROKERS, state.name(), "1 replica, on the only broker: a power failure there can lose the "
                    + "newest acknowledged media, and the loss of its disk loses all; run three brokers, then add "
                    + "replicas with kafka-reassign-partitions");
        } else if (replicas == 1 && brokers > 1) {
            add(Condition.REPLICATION, state.name(), "1 replica, although there are " + brokers
                    + " brokers: media of a partition is lost with the disk of one broker, and cannot be published or "
                    + "watched while that broker is down; add replicas with kafka-reassign-partitions");
        } else if (replicas < wanted) {
            String setting = settings.replication() > 0 ? "" : "auto and so ";
            add(Condition.REPLICATION, state.name(), "fewer replicas (" + replicas + ") than --replication, which is "
                    + setting + wanted + ": fewer brokers may fail than expected; add replicas with "
                    + "kafka-reassign-partitions");
        }
    }

    private void checkInSync(TopicState state) {
        int replicas = state.replicas();
        if (replicas > 1 && state.number(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, 1) < DURABLE_IN_SYNC) {
            String first = replicas > DURABLE_IN_SYNC
                    ? ""
                    : "run three brokers, give the topics 3 replicas with kafka-reassign-partitions, then ";
            add(Condition.MIN_IN_SYNC, state.name(), replicas + " replicas and min.insync.replicas=1: an acknowledged "
                    + "record may be on one broker only, and is lost with it; " + first
                    + "set min.insync.replicas=2 with kafka-configs");
        }
    }

    private void checkElection(TopicState state) {
        if (Boolean.parseBoolean(state.config().get(TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG))) {
            add(Condition.UNCLEAN_ELECTION, state.name(), "unclean.leader.election.enable=true: Kafka may elect a "
                    + "leader that lacks acknowledged records, which are then lost; set it to false with "
                    + "kafka-configs");
        }
    }

    private void checkCleanup(Topic topic, TopicState state) {
        String policy = state.config().getOrDefault(TopicConfig.CLEANUP_POLICY_CONFIG, "");
        if (topic.hasExpiringKeys() || policy.isEmpty()) {
            // Nodes repeat their records.
            return;
        }
        Set<String> policies = Set.copyOf(List.of(policy.split(" *, *", -1)));
        if (topic.isCompacted() && !policies.equals(Set.of(TopicConfig.CLEANUP_POLICY_COMPACT))) {
            add(Condition.CLEANUP_POLICY, state.name(), "cleanup.policy=" + policy
                    + ": records expire while the media that they describe is retained; set cleanup.policy=compact "
                    + "with kafka-configs");
        } else if (!topic.isCompacted() && policies.contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            add(Condition.CLEANUP_POLICY, state.name(), "cleanup.policy=" + policy
                    + ": Kafka deletes all records of a stream except the newest; set cleanup.policy=delete with "
                    + "kafka-configs");
        }
    }

    private void checkRetention(Topic topic, TopicState state) {
        long retentionMs = state.number(TopicConfig.RETENTION_MS_CONFIG, -1);
        long wantedMs = topic.retentionMs(settings.retentionMs());
        if (topic.isCompacted() || topic == Topic.DEAD_LETTERS || topic == Topic.AUDIENCE || retentionMs < 0
                || retentionMs >= wantedMs) {
            return;
        }
        if (topic == Topic.EVENTS) {
            add(Condition.RETENTION, state.name(), "retention.ms=" + retentionMs + " is less than " + wantedMs
                    + ": events expire before webhooks may have delivered them; set retention.ms with kafka-configs");
        } else {
            add(Condition.RETENTION, state.name(), "retention.ms=" + retentionMs + ", but --retention is "
                    + settings.retentionMs() + " ms: media expires earlier than that; set retention.ms with "
                    + "kafka-configs, or lower --retention");
        }
    }

    private void checkTimestamps(Topic topic, TopicState state) {
        String type = state.config().get(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG);
        if (type == null || type.equals(topic.timestampType())) {
            return;
        }
        if (topic.hasMediaTime()) {
            add(Condition.TIMESTAMP_TYPE, state.name(), "message.timestamp.type=LogAppendTime: a moment of the past is "
                    + "found by the time of the media, so rewinding and exports may miss it; set it to CreateTime with "
                    + "kafka-configs");
        } else {
            add(Condition.TIMESTAMP_TYPE, state.name(), "message.timestamp.type=" + type
                    + ": the clocks of ingest nodes "
                    + "decide when Kafka rejects and deletes records; set it to LogAppendTime with kafka-configs");
        }
    }

    private void add(Condition condition, String topic, String text) {
        found.computeIfAbsent(new Finding(condition, text), _ -> new ArrayList<>()).add(topic);
    }

    private String subject(List<String> names) {
        List<String> all = Stream.of(Topic.values()).map(settings::topic).toList();
        if (names.containsAll(all)) {
            return "all topics (" + settings.topicPrefix() + "*) have";
        }
        return names.size() == 1
                ? "topic " + names.getFirst() + " has"
                : "topics " + String.join(", ", names) + " have";
    }
}
