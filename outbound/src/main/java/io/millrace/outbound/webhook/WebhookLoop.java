package io.millrace.outbound.webhook;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.DeadLetter;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Redelivery;
import io.millrace.platform.log.StreamEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code events}, and what operators request in {@code dead-letters}, for one webhook, as a member of the webhook's
 * consumer group, and passes the records of each partition to a {@link Lane}. Commits the offset after an event once the target has accepted it or the event is a dead
 * letter, so that the next owner repeats at most what was accepted since the last commit.
 *
 * <p>Owns a virtual thread, on which everything runs except {@link #start}, {@link #close} and the queries.
 */
final class WebhookLoop implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WebhookLoop.class);
    private static final Duration POLL = Duration.ofMillis(100);
    /** How long a request may take before another process takes over its partition. */
    private static final Duration END = Duration.ofSeconds(3);
    private static final Duration COMMIT = Duration.ofSeconds(5);
    private static final Duration CLOSE = Duration.ofSeconds(12);
    /** Limits of memory: events are small, at most a few KB. */
    private static final int BATCH_RECORDS = 64;
    private static final int FETCH_PARTITION_BYTES = 128 << 10;
    private static final int FETCH_BYTES = 512 << 10;

    private final KafkaClients kafka;
    private final Lane.Shared shared;
    private final KafkaConsumer<String, LogRecord> consumer;
    private final Thread thread;
    /** Written by the loop's thread only. */
    private final Map<TopicPartition, Lane> lanes = new ConcurrentHashMap<>();
    /** Events that are not delivered yet, by partition; written by the loop's thread only. */
    private final Map<TopicPartition, Long> lags = new ConcurrentHashMap<>();
    private final Map<TopicPartition, Long> committed = new HashMap<>();
    private volatile boolean joined;
    private volatile boolean closing;

    /** @param node name of this node, for Kafka's client ids */
    WebhookLoop(KafkaClients kafka, String node, Lane.Shared shared) {
        this.kafka = kafka;
        this.shared = shared;
        String name = shared.target().name();
        consumer = kafka.member("webhook-" + name + "-" + node, "webhook-" + name, Map.of(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName(),
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG, BATCH_RECORDS,
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_PARTITION_BYTES,
                ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES));
        thread = Thread.ofVirtual().name("webhook-" + name).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    WebhookTarget target() {
        return shared.target();
    }

    WebhookMeters.OfTarget meters() {
        return shared.meters();
    }

    boolean isRunning() {
        return thread.isAlive();
    }

    /** Returns whether the group has assigned partitions, which may be none. */
    boolean isJoined() {
        return joined;
    }

    /** Returns the number of events in this process's partitions that are not delivered yet. */
    long lag() {
        return lags.entrySet().stream().filter(each -> isOfEvents(each.getKey())).mapToLong(Map.Entry::getValue).sum();
    }

    /** Returns the states of the lanes, one per partition of {@code events} of this process. */
    List<Lane.Status> statuses() {
        return lanes.entrySet().stream().filter(each -> isOfEvents(each.getKey())).map(each -> each.getValue().status())
                .toList();
    }

    private boolean isOfEvents(TopicPartition partition) {
        return partition.topic().equals(kafka.settings().topic(Topic.EVENTS));
    }

    private void run() {
        try (consumer) {
            try {
                consumer.subscribe(List.of(kafka.settings().topic(Topic.EVENTS),
                        kafka.settings().topic(Topic.DEAD_LETTERS)), new Rebalance());
                while (!closing) {
                    step();
                }
            } catch (WakeupException e) {
                if (!closing) {
                    throw e;
                }
            } finally {
                end(Set.copyOf(lanes.keySet()));
            }
        } catch (RuntimeException | Error e) {
            shared.fatal().fatal("webhook " + shared.target().name(), e);
        }
    }

    private void step() {
        ConsumerRecords<String, LogRecord> records = consumer.poll(POLL);
        for (TopicPartition partition : records.partitions()) {
            lanes.get(partition).accept(batch(records.records(partition)));
            consumer.pause(List.of(partition));
        }
        commit(lanes.keySet());
        List<TopicPartition> idle = new ArrayList<>();
        lanes.forEach((partition, lane) -> {
            if (lane.isIdle()) {
                idle.add(partition);
            }
            long next = lane.nextOffset();
            consumer.currentLag(partition).ifPresent(behind -> lags.put(partition,
                    behind + (next < 0 ? 0 : Math.max(0, consumer.position(partition, COMMIT) - next))));
        });
        consumer.resume(idle);
    }

    private Lane.Batch batch(List<ConsumerRecord<String, LogRecord>> records) {
        List<Lane.Step> steps = new ArrayList<>();
        for (ConsumerRecord<String, LogRecord> record : records) {
            switch (record.value()) {
                case StreamEvent event -> steps.add(new Lane.Step(
                        new Delivery(event, record.partition(), record.offset(), record.timestamp()), record.offset(),
                        false));
                case Redelivery request when request.state() == Redelivery.State.REQUESTED ->
                    redelivery(record, request).ifPresent(steps::add);
                case DeadLetter _,Redelivery _ -> {
                }
                case null, default -> log.warn("record {} of {} is not an event and is skipped", record.offset(),
                        new TopicPartition(record.topic(), record.partition()));
            }
        }
        return new Lane.Batch(steps, records.getLast().offset() + 1);
    }

    private Optional<Lane.Step> redelivery(ConsumerRecord<String, LogRecord> record, Redelivery request) {
        if (!request.webhook().equals(target().name())) {
            return Optional.empty();
        }
        return Delivery.of(request.event(), request.place(), record.timestamp())
                .map(delivery -> new Lane.Step(delivery, record.offset(), true));
    }

    /** Commits the positions of lanes. A commit that fails is repeated with the next one. */
    private void commit(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
        for (TopicPartition partition : partitions) {
            long next = lanes.get(partition).nextOffset();
            if (next >= 0 && next != committed.getOrDefault(partition, -1L)) {
                positions.put(partition, new OffsetAndMetadata(next));
            }
        }
        if (positions.isEmpty()) {
            return;
        }
        try {
            consumer.commitSync(positions, COMMIT);
            positions.forEach((partition, position) -> committed.put(partition, position.offset()));
        } catch (CommitFailedException | RebalanceInProgressException | TimeoutException e) {
            log.info("webhook {}: the positions are not committed yet, so some events may be delivered again: {}",
                    shared.target().name(), e.getMessage());
        }
    }

    /** Ends the lanes of partitions that this process still owns, and commits their positions. */
    private void end(Set<TopicPartition> partitions) {
        stop(partitions, END);
        try {
            commit(partitions.stream().filter(lanes::containsKey).toList());
        } catch (WakeupException _) {
            commit(partitions.stream().filter(lanes::containsKey).toList());
        } finally {
            forget(partitions);
        }
    }

    private void stop(Set<TopicPartition> partitions, Duration limit) {
        List<Lane> ending = lanes.entrySet().stream().filter(each -> partitions.contains(each.getKey()))
                .map(Map.Entry::getValue).toList();
        ending.forEach(Lane::stop);
        long deadlineNanos = System.nanoTime() + limit.toNanos();
        try {
            for (Lane lane : ending) {
                lane.join(Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime())));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void forget(Set<TopicPartition> partitions) {
        partitions.forEach(partition -> {
            lanes.remove(partition);
            lags.remove(partition);
            committed.remove(partition);
        });
    }

    private final class Rebalance implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> added) {
            for (TopicPartition partition : added) {
                Lane lane = new Lane(shared, partition);
                lanes.put(partition, lane);
                lane.start();
            }
            joined = true;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            end(Set.copyOf(revoked));
        }

        /** Another process has them already, so requests are cancelled and nothing is committed. */
        @Override
        public void onPartitionsLost(Collection<TopicPartition> lost) {
            stop(Set.copyOf(lost), Duration.ofMillis(1));
            forget(Set.copyOf(lost));
        }
    }

    /** Ends the lanes and leaves the group. Blocks for some seconds; further calls have no effect. */
    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        try {
            if (thread.getState() != Thread.State.NEW && !thread.join(CLOSE)) {
                log.warn("webhook {} did not end within {} s", shared.target().name(), CLOSE.toSeconds());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
