package io.millrace.platform.kafka;

import io.millrace.platform.UserError;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Creates missing topics and checks existing ones. Every stage calls it at startup. */
public final class Topics {
    /**
     * Number of log segments per partition. Kafka deletes whole segments only, so this determines how much is retained
     * beyond the limit.
     */
    private static final int ROLLS_KEPT = 8;
    private static final long SMALLEST_ROLL_BYTES = 2L * Sizes.RECORD_BYTES;
    private static final long LARGEST_ROLL_BYTES = 512L * 1024 * 1024;
    /** How soon compaction may remove a superseded notice or directory entry. */
    private static final long COMPACTION_LAG_MS = TimeUnit.MINUTES.toMillis(10);
    /**
     * Superseded records remain for at least this long. If a replaced segmenter has written an older directory entry
     * over a newer one, the newer one can be restored for this long.
     */
    private static final long RESTORABLE_MS = COMPACTION_LAG_MS / 2;
    /** How long tombstones remain readable. */
    private static final long TOMBSTONE_MS = TimeUnit.HOURS.toMillis(1);
    private static final int MOST_REPLICAS = 3;
    private static final long TIMEOUT_MS = 30_000;
    /** Interval between two checks of new topics. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final KafkaSettings settings;
    private final DurabilityWatch.Policy policy;
    private final Admin admin;

    private Topics(KafkaSettings settings, DurabilityWatch.Policy policy, Admin admin) {
        this.settings = settings;
        this.policy = policy;
        this.admin = admin;
    }

    /**
     * The number of replicas of each topic, including those that Kafka Streams creates.
     *
     * @param count {@code --replication}, or the number of brokers, up to 3
     */
    public record Replicas(int count) {
        /** With three replicas, one broker may fail, and every acknowledged record is on at least two brokers. */
        public int minInSync() {
            return count >= MOST_REPLICAS ? 2 : 1;
        }

        /** Whether every acknowledged record is on at least two brokers. */
        boolean areDurable() {
            return minInSync() > 1;
        }

        /**
         * Brokers that are down are not counted in {@code count}, but new topics need not have fewer replicas than
         * existing ones.
         */
        private Replicas atLeastOf(TopicDescription topic) {
            int existing = topic.partitions().stream().mapToInt(each -> each.replicas().size()).min().orElse(count);
            return new Replicas(Math.max(count, existing));
        }

        static Replicas of(KafkaSettings settings, int brokers) {
            return new Replicas(settings.replication() > 0
                    ? settings.replication()
                    : Math.min(MOST_REPLICAS, brokers));
        }
    }

    /**
     * Creates missing topics, checks existing ones, and returns when every topic exists and matches the settings.
     * Blocks; waits up to 30 s until new topics have leaders.
     *
     * @return the number of replicas for topics that are created now or later; at least that of {@code packets}
     * @throws UserError if Kafka cannot be reached, a topic cannot be created, or an existing one does not match
     */
    public static Replicas ensure(KafkaClients kafka) {
        return ensure(kafka, DurabilityWatch.Policy.REPORT);
    }

    /**
     * Like {@link #ensure(KafkaClients)}, but fails instead of creating topics that violate {@code policy}, because a
     * topic keeps the number of replicas with which it was created.
     */
    public static Replicas ensure(KafkaClients kafka, DurabilityWatch.Policy policy) {
        try (Admin admin = kafka.admin("millrace-topics")) {
            return new Topics(kafka.settings(), policy, admin).ensure();
        } catch (KafkaException e) {
            // Thrown by the client's constructor: a host name without an address, an invalid client setting.
            throw Unreachable.error(kafka.settings(), e);
        }
    }

    private Replicas ensure() {
        int brokers = brokers();
        Replicas replicas = Replicas.of(settings, brokers);
        Map<Topic, TopicDescription> there = describe();
        List<NewTopic> missing = Stream.of(Topic.values()).filter(t -> !there.containsKey(t))
                .map(t -> newTopic(t, replicas)).toList();
        if (!missing.isEmpty()) {
            checkDurable(replicas, brokers);
            create(missing);
            awaitLeaders();
        }
        there.forEach(this::checkPartitions);
        checkSizes(there.keySet());
        return there.containsKey(Topic.PACKETS) ? replicas.atLeastOf(there.get(Topic.PACKETS)) : replicas;
    }

    private void checkDurable(Replicas replicas, int brokers) {
        if (policy == DurabilityWatch.Policy.REQUIRE && !replicas.areDurable()) {
            throw new UserError("acknowledged media would be at risk: new topics would have " + replicas.count()
                    + (replicas.count() == 1 ? " replica" : " replicas") + " and min.insync.replicas="
                    + replicas.minInSync() + " (--replication, and " + brokers + " running brokers); start three "
                    + "brokers and use --replication 3, or start without --require-durability");
        }
    }

    private int brokers() {
        try {
            return admin.describeCluster().nodes().get(TIMEOUT_MS, TimeUnit.MILLISECONDS).size();
        } catch (ExecutionException e) {
            throw Unreachable.error(settings, e.getCause());
        } catch (TimeoutException e) {
            throw Unreachable.error(settings, e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private Map<Topic, TopicDescription> describe() {
        Map<Topic, TopicDescription> there = new EnumMap<>(Topic.class);
        var futures = admin.describeTopics(Stream.of(Topic.values()).map(settings::topic).toList()).topicNameValues();
        for (Topic topic : Topic.values()) {
            try {
                there.put(topic, futures.get(settings.topic(topic)).get());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw new UserError("cannot read topic " + settings.topic(topic) + ": "
                            + e.getCause().getMessage() + "; check this user's permissions on the cluster",
                            e.getCause());
                }
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }
        return there;
    }

    private void create(List<NewTopic> topics) {
        var futures = admin.createTopics(topics, new CreateTopicsOptions().timeoutMs((int) TIMEOUT_MS)).values();
        futures.forEach((name, future) -> {
            try {
                future.get();
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case TopicExistsException _ -> {
                        // Another stage that is starting at the same time has created it.
                    }
                    case AuthorizationException denied -> throw new UserError("not authorized to create topic " + name
                            + ": " + denied.getMessage() + "; grant Create on it, or create the topic", denied);
                    case null, default -> throw new UserError("cannot create topic " + name + ": "
                            + e.getCause().getMessage(), e.getCause());
                }
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        });
    }

    /**
     * Waits until the leader of every partition returns its end offset. Before that, a producer's first batch may be
     * rejected and its second one accepted, which leaves the first one out of order permanently.
     */
    private void awaitLeaders() {
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MS);
        Optional<String> trouble = leadersTrouble();
        while (trouble.isPresent()) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new UserError(
                        "the new topics have no leaders after " + TIMEOUT_MS + " ms: " + trouble.get()
                                + "; check the brokers' logs and start again");
            }
            LockSupport.parkNanos(RETRY_NANOS);
            trouble = leadersTrouble();
        }
    }

    /** Returns the reason why a leader is not available yet; empty once all are. */
    private Optional<String> leadersTrouble() {
        if (describe().size() < Topic.values().length) {
            return Optional.of("not every broker knows the topics");
        }
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (Topic topic : Topic.values()) {
            for (int partition = 0; partition < settings.partitions(); partition++) {
                ends.put(new TopicPartition(settings.topic(topic), partition), OffsetSpec.latest());
            }
        }
        try {
            admin.listOffsets(ends).all().get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
            return Optional.empty();
        } catch (ExecutionException e) {
            return Optional.of(e.getCause().getMessage());
        } catch (TimeoutException _) {
            return Optional.of("no response");
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private void checkPartitions(Topic topic, TopicDescription description) {
        int partitions = description.partitions().size();
        if (partitions != settings.partitions()) {
            throw new UserError("topic " + settings.topic(topic) + " has " + partitions
                    + " partitions, but --partitions is " + settings.partitions() + "; start with --partitions "
                    + partitions + ", or with another --topic-prefix");
        }
    }

    private void checkSizes(Set<Topic> topics) {
        Map<ConfigResource, Topic> resources = topics.stream().collect(Collectors
                .toMap(t -> new ConfigResource(ConfigResource.Type.TOPIC, settings.topic(t)), t -> t));
        admin.describeConfigs(resources.keySet()).values().forEach((resource, future) -> {
            try {
                Config config = future.get();
                int largest = Integer.parseInt(config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value());
                if (carriesMedia(resources.get(resource)) && largest < Sizes.RECORD_BYTES) {
                    throw new UserError("topic " + resource.name() + " accepts records of up to " + largest
                            + " bytes, but Millrace writes up to " + Sizes.RECORD_BYTES + "; set its "
                            + TopicConfig.MAX_MESSAGE_BYTES_CONFIG + " to that value");
                }
            } catch (ExecutionException e) {
                throw new UserError("cannot read the settings of topic " + resource.name() + ": "
                        + e.getCause().getMessage() + "; grant DescribeConfigs on it", e.getCause());
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        });
    }

    private NewTopic newTopic(Topic topic, Replicas replicas) {
        Map<String, String> config = new HashMap<>();
        config.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, String.valueOf(Sizes.RECORD_BYTES));
        config.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, String.valueOf(replicas.minInSync()));
        config.putAll(topic.isCompacted() ? compaction() : retention(topic));
        // The brokers' defaults may differ.
        config.put(TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG, "false");
        config.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, topic.timestampType());
        if (topic.hasExpiringKeys()) {
            // A node that dies leaves no tombstone, and no node uses its name again. The position of a relay is of no
            // use once its media has expired, nor is a kick once it is no longer in force.
            config.put(TopicConfig.CLEANUP_POLICY_CONFIG,
                    TopicConfig.CLEANUP_POLICY_COMPACT + "," + TopicConfig.CLEANUP_POLICY_DELETE);
            config.put(TopicConfig.RETENTION_MS_CONFIG, String.valueOf(topic.retentionMs(settings.retentionMs())));
        }
        return new NewTopic(settings.topic(topic), settings.partitions(), (short) replicas.count()).configs(config);
    }

    private Map<String, String> retention(Topic topic) {
        long retentionMs = topic.retentionMs(settings.retentionMs());
        Map<String, String> config = new HashMap<>();
        config.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
        config.put(TopicConfig.RETENTION_MS_CONFIG, String.valueOf(retentionMs));
        long rollBytes = LARGEST_ROLL_BYTES;
        if (settings.retentionBytes() >= 0 && topic.hasSizeLimit()) {
            long partitionBytes = settings.retentionBytes() / settings.partitions();
            config.put(TopicConfig.RETENTION_BYTES_CONFIG, String.valueOf(partitionBytes));
            rollBytes = Math.clamp(partitionBytes / ROLLS_KEPT, SMALLEST_ROLL_BYTES, LARGEST_ROLL_BYTES);
        }
        config.put(TopicConfig.SEGMENT_BYTES_CONFIG, String.valueOf(rollBytes));
        config.put(TopicConfig.SEGMENT_MS_CONFIG,
                String.valueOf(Math.max(TimeUnit.MINUTES.toMillis(1), retentionMs / ROLLS_KEPT)));
        return config;
    }

    private static Map<String, String> compaction() {
        return Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT,
                TopicConfig.SEGMENT_BYTES_CONFIG, String.valueOf(SMALLEST_ROLL_BYTES),
                TopicConfig.SEGMENT_MS_CONFIG, String.valueOf(COMPACTION_LAG_MS),
                TopicConfig.MIN_COMPACTION_LAG_MS_CONFIG, String.valueOf(RESTORABLE_MS),
                TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG, String.valueOf(COMPACTION_LAG_MS),
                TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1",
                TopicConfig.DELETE_RETENTION_MS_CONFIG, String.valueOf(TOMBSTONE_MS));
    }

    private static boolean carriesMedia(Topic topic) {
        return topic == Topic.PACKETS || topic == Topic.PARTS;
    }

    private static UserError interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new UserError("interrupted while checking the topics", e);
    }
}
