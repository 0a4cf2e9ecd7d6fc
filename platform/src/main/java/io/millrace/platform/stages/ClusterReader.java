package io.millrace.platform.stages;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.IngestNode;
import io.millrace.platform.log.LogRecord;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * Asks Kafka about the stages and reads the recent records of {@code nodes}, within a time limit for both together. Opens
 * its clients for one reading. Confined to one thread; blocks.
 */
final class ClusterReader implements AutoCloseable {
    /** Maximum number of rounds of requests for the age of records: enough for a group with a lag of a day. */
    private static final int ROUNDS_LIMIT = 24;

    private final KafkaClients kafka;
    private final InstantSource clock;
    private final String clientId;
    private final long deadlineNanos;
    private final Admin admin;

    /**
     * A consumer group and its lag.
     *
     * @param description null if the group does not exist
     * @param positions null if it commits none
     * @param ageMs how old the oldest unread record is, at least; 0 without one
     */
    record GroupState(StageGroup group, ConsumerGroupDescription description, Positions positions, long ageMs) {}

    /** @param limit of the whole reading */
    ClusterReader(KafkaClients kafka, String clientId, InstantSource clock, Duration limit) {
        deadlineNanos = System.nanoTime() + limit.toNanos();
        this.kafka = kafka;
        this.clientId = clientId;
        this.clock = clock;
        admin = kafka.admin(clientId);
    }

    /** @throws ExecutionException if Kafka refuses a request, with its exception as the cause */
    List<GroupState> groups() throws ExecutionException, InterruptedException, TimeoutException {
        List<String> existing = result(admin.listGroups(ListGroupsOptions.forConsumerGroups()).all()).stream()
                .map(GroupListing::groupId).toList();
        List<StageGroup> groups = StageGroup.of(kafka.settings(), existing);
        Map<StageGroup, ConsumerGroupDescription> descriptions = describe(groups);
        Map<StageGroup, Positions> positions = positions(groups.stream().filter(each -> each.input().isPresent())
                .toList());
        Map<StageGroup, Long> agesMs = agesMs(positions);
        return groups.stream().map(group -> new GroupState(group, descriptions.get(group), positions.get(group),
                agesMs.getOrDefault(group, 0L))).toList();
    }

    private Map<StageGroup, ConsumerGroupDescription> describe(List<StageGroup> groups)
            throws ExecutionException, InterruptedException, TimeoutException {
        var described = admin.describeConsumerGroups(groups.stream().map(StageGroup::group).toList())
                .describedGroups();
        Map<StageGroup, ConsumerGroupDescription> descriptions = new HashMap<>();
        for (StageGroup group : groups) {
            try {
                descriptions.put(group, result(described.get(group.group())));
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof GroupIdNotFoundException)) {
                    throw e;
                }
            }
        }
        return descriptions;
    }

    private Map<StageGroup, Positions> positions(List<StageGroup> groups)
            throws ExecutionException, InterruptedException, TimeoutException {
        List<TopicPartition> inputs = groups.stream().flatMap(group -> group.input().stream()).distinct()
                .flatMap(topic -> partitions(topic).stream()).toList();
        Map<TopicPartition, Long> begins = offsets(inputs, OffsetSpec.earliest());
        // Before the ends, so that no position is after the end.
        var committed = admin.listConsumerGroupOffsets(groups.stream().collect(Collectors.toMap(StageGroup::group,
                group -> new ListConsumerGroupOffsetsSpec().topicPartitions(partitions(group.input().orElseThrow())))));
        Map<StageGroup, Map<TopicPartition, Long>> byGroup = new LinkedHashMap<>();
        for (StageGroup group : groups) {
            byGroup.put(group, committed(committed.partitionsToOffsetAndMetadata(group.group())));
        }
        Map<TopicPartition, Long> ends = offsets(inputs, OffsetSpec.latest());
        Map<StageGroup, Positions> positions = new LinkedHashMap<>();
        byGroup.forEach((group, its) -> {
            List<TopicPartition> input = partitions(group.input().orElseThrow());
            positions.put(group, Positions.of(its, begins, input.stream().collect(Collectors.toMap(p -> p,
                    ends::get))));
        });
        return positions;
    }

    private Map<TopicPartition, Long> committed(KafkaFuture<Map<TopicPartition, OffsetAndMetadata>> future)
            throws ExecutionException, InterruptedException, TimeoutException {
        try {
            // A partition without a position has null.
            return result(future).entrySet().stream().filter(each -> each.getValue() != null)
                    .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().offset()));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return Map.of();
            }
            throw e;
        }
    }

    /** Returns how old the oldest unread record of each group is that has one. Asks about all groups at the same time. */
    private Map<StageGroup, Long> agesMs(Map<StageGroup, Positions> positions)
            throws ExecutionException, InterruptedException, TimeoutException {
        long nowMs = clock.millis();
        Map<StageGroup, AgeSearch> searches = new LinkedHashMap<>();
        positions.forEach((group, its) -> {
            if (!its.next().isEmpty()) {
                searches.put(group, new AgeSearch());
            }
        });
        for (int round = 0; round < ROUNDS_LIMIT; round++) {
            Map<StageGroup, KafkaFuture<Map<TopicPartition, ListOffsetsResultInfo>>> answers = new HashMap<>();
            searches.forEach((group, search) -> {
                if (!search.isOver()) {
                    long sinceMs = Math.max(0, nowMs - search.questionMs());
                    answers.put(group, admin.listOffsets(positions.get(group).next().keySet().stream()
                            .collect(Collectors.toMap(p -> p, _ -> OffsetSpec.forTimestamp(sinceMs)))).all());
                }
            });
            if (answers.isEmpty()) {
                break;
            }
            for (var answer : answers.entrySet()) {
                Map<TopicPartition, Long> next = positions.get(answer.getKey()).next();
                boolean older = result(answer.getValue()).entrySet().stream()
                        .anyMatch(each -> isAfter(each.getValue(), next.get(each.getKey())));
                searches.get(answer.getKey()).answer(older);
            }
        }
        return searches.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().ageMs()));
    }

    /** @param found the first record since a time; its offset is negative if there is none */
    private static boolean isAfter(ListOffsetsResultInfo found, long offset) {
        return found.offset() < 0 || found.offset() > offset;
    }

    private Map<TopicPartition, Long> offsets(List<TopicPartition> partitions, OffsetSpec spec)
            throws ExecutionException, InterruptedException, TimeoutException {
        return result(admin.listOffsets(partitions.stream().collect(Collectors.toMap(p -> p, _ -> spec))).all())
                .entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().offset()));
    }

    private List<TopicPartition> partitions(Topic topic) {
        return IntStream.range(0, kafka.settings().partitions()).mapToObj(p -> kafka.partition(topic, p)).toList();
    }

    /** Reads as far back as announcements are valid. @throws org.apache.kafka.common.KafkaException if Kafka does not answer */
    LiveNodes.Listing nodes() throws TimeoutException {
        var nodes = new LiveNodes();
        long nowMs = clock.millis();
        try (KafkaConsumer<String, LogRecord> consumer = kafka.seeker(clientId + "-nodes", Map.of())) {
            List<TopicPartition> partitions = partitions(Topic.NODES);
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, left());
            Map<TopicPartition, OffsetAndTimestamp> begins = consumer.offsetsForTimes(partitions.stream()
                    .collect(Collectors.toMap(p -> p, _ -> nowMs - IngestNode.VALID.toMillis())), left());
            ends.forEach((partition, end) -> consumer.seek(partition,
                    begins.get(partition) == null ? end : begins.get(partition).offset()));
            while (partitions.stream().anyMatch(p -> consumer.position(p, left()) < ends.get(p))) {
                if (left().isZero()) {
                    throw new TimeoutException();
                }
                for (ConsumerRecord<String, LogRecord> record : consumer.poll(left())) {
                    nodes.put(record.key(), record.value(), record.timestamp());
                }
            }
        }
        return new LiveNodes.Listing(nodes.list(nowMs), nodes.edges(nowMs));
    }

    private Duration left() {
        long nanos = deadlineNanos - System.nanoTime();
        return nanos > 0 ? Duration.ofNanos(nanos) : Duration.ZERO;
    }

    private <T> T result(KafkaFuture<T> future) throws ExecutionException, InterruptedException, TimeoutException {
        return Objects.requireNonNull(future).get(left().toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
