package io.millrace.platform.kafka;

import io.millrace.platform.kafka.DurabilityProblem.Condition;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class DurabilityRulesTest {
    private static final int PARTITIONS = 8;
    private static final long DAY_MS = 86_400_000;

    private final Map<Topic, TopicState> topics = new EnumMap<>(Topic.class);
    private Optional<TopicState> changelog = Optional.empty();

    DurabilityRulesTest() {
        replicated(3, "2");
    }

    @Test
    void threeReplicasWithTwoInSyncMeetAllConditions() {
        set(Topic.PACKETS, "retention.ms", "-1");
        set(Topic.NODES, "cleanup.policy", "compact,delete");
        set(Topic.AUDIENCE, "retention.ms", "1");
        changelog = Optional.of(new TopicState("m.segmenter-folds-changelog", PARTITIONS, 3,
                Map.of("min.insync.replicas", "2")));
        assertThat(problems(3, 0)).isEmpty();
        assertThat(problems(2, 0)).as("while a broker is down").isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # replicas | in sync | brokers | --replication | conditions
            1 | 1 | 1 | 0 | BROKERS
            1 | 1 | 1 | 1 | BROKERS
            1 | 1 | 1 | 3 | REPLICATION
            1 | 1 | 2 | 0 | REPLICATION
            1 | 1 | 3 | 0 | REPLICATION
            1 | 1 | 3 | 1 | REPLICATION
            2 | 1 | 2 | 0 | MIN_IN_SYNC
            2 | 1 | 3 | 0 | REPLICATION MIN_IN_SYNC
            2 | 2 | 3 | 0 | REPLICATION
            2 | 2 | 3 | 2 |
            3 | 1 | 3 | 0 | MIN_IN_SYNC
            3 | 3 | 3 | 0 |
            3 | 2 | 1 | 0 |
            """)
    void replicasAreComparedWithBrokersAndSettings(int replicas, String inSync, int brokers, int configured,
            String conditions) {
        replicated(replicas, inSync);
        assertThat(conditions(brokers, configured))
                .isEqualTo(conditions == null ? List.of() : List.of(conditions.split(" ")));
    }

    @Test
    void topicsWithSameProblemShareLineWithRiskAndRemedy() {
        replicated(1, "1");
        assertThat(problems(3, 0)).singleElement().extracting(DurabilityProblem::message).asString()
                .startsWith("all topics (m.*) have 1 replica, although there are 3 brokers: ")
                .endsWith("add replicas with kafka-reassign-partitions");
        replicated(3, "2");
        put(Topic.PARTS, 1);
        put(Topic.INDEX, 1);
        assertThat(problems(3, 0)).singleElement().extracting(DurabilityProblem::message).asString()
                .startsWith("topics m.parts, m.index have 1 replica");
    }

    @Test
    void changelogIsIncluded() {
        changelog = Optional.of(new TopicState("m.segmenter-folds-changelog", PARTITIONS, 1, Map.of()));
        assertThat(problems(3, 0)).singleElement().extracting(DurabilityProblem::message).asString()
                .startsWith("topic m.segmenter-folds-changelog has 1 replica");
    }

    @ParameterizedTest
    @CsvSource({"PACKETS,unclean.leader.election.enable,true,UNCLEAN_ELECTION",
        "PACKETS,cleanup.policy,compact,CLEANUP_POLICY", "PARTS,cleanup.policy,'compact,delete',CLEANUP_POLICY",
        "STREAMS,cleanup.policy,delete,CLEANUP_POLICY", "SESSIONS,cleanup.policy,'delete,compact',CLEANUP_POLICY",
        "INDEX,message.timestamp.type,LogAppendTime,TIMESTAMP_TYPE",
        "PACKETS,message.timestamp.type,CreateTime,TIMESTAMP_TYPE",
        "NODES,message.timestamp.type,CreateTime,TIMESTAMP_TYPE", "INDEX,retention.ms,86399999,RETENTION"})
    void settingThatLosesMediaIsNamedWithItsTopic(Topic topic, String setting, String value, Condition condition) {
        set(topic, setting, value);
        assertThat(problems(3, 0)).singleElement().satisfies(problem -> {
            assertThat(problem.condition()).isEqualTo(condition);
            assertThat(problem.message()).startsWith("topic " + topic.name("m.") + " has " + setting + "=" + value)
                    .contains("kafka-configs");
        });
    }

    @ParameterizedTest
    @CsvSource({"STREAMS,retention.ms,1", "NODES,cleanup.policy,delete",
        "PARTS,retention.ms,86400000"})
    void settingWithoutRiskIsAccepted(Topic topic, String setting, String value) {
        set(topic, setting, value);
        assertThat(problems(3, 0)).isEmpty();
    }

    @Test
    void deletedAndEnlargedTopicsAreReported() {
        topics.remove(Topic.INDEX);
        TopicState parts = topics.get(Topic.PARTS);
        topics.put(Topic.PARTS, new TopicState(parts.name(), PARTITIONS + 1, 3, parts.config()));
        assertThat(problems(3, 0)).extracting(DurabilityProblem::condition).containsOnly(Condition.TOPICS);
        assertThat(problems(3, 0)).extracting(DurabilityProblem::message)
                .satisfiesExactly(message -> assertThat(message).startsWith("topic m.parts has 9 partitions, but "),
                        message -> assertThat(message).startsWith("topic m.index has been deleted"));
        topics.clear();
        assertThat(problems(3, 0)).singleElement().extracting(DurabilityProblem::message).asString()
                .startsWith("all topics (m.*) have been deleted");
    }

    private List<String> conditions(int brokers, int configured) {
        return problems(brokers, configured).stream().map(problem -> problem.condition().name()).toList();
    }

    private List<DurabilityProblem> problems(int brokers, int configured) {
        var settings = new KafkaSettings("a:1", "m.", PARTITIONS, configured, DAY_MS, -1, Map.of());
        return DurabilityRules.problems(settings, new LogState(brokers, topics, changelog));
    }

    private void replicated(int replicas, String inSync) {
        for (Topic topic : Topic.values()) {
            put(topic, replicas);
            set(topic, "min.insync.replicas", inSync);
        }
    }

    /** Puts a topic with two replicas in sync and otherwise the settings that Millrace gives it. */
    private void put(Topic topic, int replicas) {
        topics.put(topic, new TopicState(topic.name("m."), PARTITIONS, replicas, Map.of("min.insync.replicas", "2",
                "cleanup.policy", topic.isCompacted() ? "compact" : "delete", "retention.ms", String.valueOf(DAY_MS),
                "unclean.leader.election.enable", "false", "message.timestamp.type",
                topic.timestampType())));
    }

    private void set(Topic topic, String setting, String value) {
        TopicState state = topics.get(topic);
        Map<String, String> config = new HashMap<>(state.config());
        config.put(setting, value);
        topics.put(topic, new TopicState(state.name(), state.partitions(), state.replicas(), config));
    }
}
