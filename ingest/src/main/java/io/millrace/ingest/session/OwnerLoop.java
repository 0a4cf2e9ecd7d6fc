package io.millrace.ingest.session;

import io.millrace.platform.FatalError;
import io.millrace.platform.StartupException;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.SessionNotice;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns some partitions of {@code sessions}, as one of the ingest nodes' consumer group, and sees to their sessions with a
 * {@link LeaseTable} each. A partition that is given to it is read from the beginning; nothing is committed. Owns a thread
 * and a consumer.
 *
 * <p>Before any step it makes sure that it has read all there is: what is late because Kafka was out of reach is not
 * silence. Thread-safe.
 */
public final class OwnerLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OwnerLoop.class);
    /** Name of the group, behind the topic prefix. */
    private static final String GROUP = "ingest-owners";
    /** How often the leases are looked at. */
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final long START_MS = 60_000;

    /** One partition: what is known of it, and how far it has to be read before it may be acted upon. */
    private static final class Owned {
        private static final long UNKNOWN = -1;

        private final LeaseTable leases;
        private long historyEnd = UNKNOWN;
        private boolean caughtUp;

        Owned(LeaseTable leases) {
            this.leases = leases;
        }
    }

    private final KafkaClients kafka;
    private final KafkaConsumer<String, LogRecord> consumer;
    private final OwnerSteps steps;
    private final int leaseMs;
    private final FatalError fatal;
    private final Map<TopicPartition, Owned> owned = new HashMap<>();
    private final CountDownLatch assigned = new CountDownLatch(1);
    private final Thread thread;
    /** Steady, so that a step of the wall clock ends no lease; near the wall clock, which the notices speak. */
    private final long originMs = System.currentTimeMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    private volatile boolean closed;

    private OwnerLoop(KafkaClients kafka, String clientId, int leaseMs, OwnerSteps steps, FatalError fatal) {
        this.kafka = kafka;
        this.leaseMs = leaseMs;
        this.steps = steps;
        this.fatal = fatal;
        this.consumer = kafka.member(clientId, GROUP,
                Map.of(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                        CooperativeStickyAssignor.class.getName(), ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG,
                        60_000));
        this.thread = Thread.ofPlatform().name(clientId).daemon().unstarted(this::run);
    }

    /** Returns when the group has given this node its partitions; there may be none left for it. */
    public static OwnerLoop start(KafkaClients kafka, String clientId, int leaseMs, OwnerSteps steps,
            FatalError fatal) {
        var loop = new OwnerLoop(kafka, clientId, leaseMs, steps, fatal);
        loop.thread.start();
        try {
            if (loop.assigned.await(START_MS, TimeUnit.MILLISECONDS)) {
                return loop;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loop.close();
        throw new StartupException("consumer group " + kafka.settings().group(GROUP) + " gave no answer in " + START_MS
                + " ms; check the cluster and this user's rights on the group");
    }

    /** Whether it still sees to its partitions. */
    public boolean isRunning() {
        return thread.isAlive() && !closed;
    }

    /** Leaves the group, so that another node takes over at once. */
    @Override
    public void close() {
        closed = true;
        consumer.wakeup();
        Threads.join(thread);
    }

    private void run() {
        try (consumer) {
            consumer.subscribe(List.of(kafka.settings().topic(Topic.SESSIONS)), new Assignment());
            while (!closed) {
                consumer.poll(POLL).forEach(this::read);
                catchUp();
                act();
            }
        } catch (WakeupException e) {
            if (!closed) {
                fatal.fatal("the owner of sessions was woken without a reason", e);
            }
        } catch (RuntimeException e) {
            fatal.fatal("the owner of sessions failed", e);
        }
    }

    private void read(ConsumerRecord<String, LogRecord> record) {
        Owned partition = owned.get(new TopicPartition(record.topic(), record.partition()));
        if (record.value() instanceof SessionNotice notice) {
            partition.leases.heard(notice, !partition.caughtUp, nowMs());
        } else if (record.value() == null) {
            StreamKey key = StreamKey.parse(record.key());
            partition.leases.forgotten(key.stream(), key.number());
        }
    }

    /** A partition that was given to us is ours when we have read what was there at that time. */
    private void catchUp() {
        Set<TopicPartition> unknown = owned.entrySet().stream().filter(e -> e.getValue().historyEnd == Owned.UNKNOWN)
                .map(Map.Entry::getKey).collect(Collectors.toSet());
        if (!unknown.isEmpty()) {
            ends(unknown).forEach((partition, end) -> owned.get(partition).historyEnd = end);
        }
        owned.forEach((partition, it) -> {
            if (!it.caughtUp && it.historyEnd != Owned.UNKNOWN && consumer.position(partition) >= it.historyEnd) {
                it.caughtUp = true;
                it.leases.renew(nowMs());
            }
        });
    }

    private void act() {
        Set<TopicPartition> due = owned.entrySet().stream()
                .filter(e -> e.getValue().caughtUp && e.getValue().leases.isDue(nowMs())).map(Map.Entry::getKey)
                .collect(Collectors.toCollection(HashSet::new));
        if (due.isEmpty()) {
            return;
        }
        Map<TopicPartition, Long> ends = ends(due);
        for (TopicPartition partition : due) {
            LeaseTable leases = owned.get(partition).leases;
            if (!ends.containsKey(partition)) {
                // Out of reach for us, and so perhaps for the nodes that should have been heard.
                leases.renew(nowMs());
            } else if (consumer.position(partition) >= ends.get(partition)) {
                leases.due(nowMs()).forEach(step -> steps.take(partition.partition(), step));
            }
        }
    }

    /** Where the partitions end now; empty if Kafka does not say in time. */
    private Map<TopicPartition, Long> ends(Set<TopicPartition> partitions) {
        try {
            return consumer.endOffsets(partitions, LOOK);
        } catch (RetriableException e) {
            LOG.warn("cannot see the end of {}: {}", partitions, e.getMessage());
            return Map.of();
        }
    }

    private long nowMs() {
        return originMs + TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /** Called within poll, on this loop's thread. */
    private final class Assignment implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            partitions.forEach(p -> owned.put(p, new Owned(new LeaseTable(leaseMs))));
            consumer.seekToBeginning(partitions);
            assigned.countDown();
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            partitions.forEach(owned::remove);
        }
    }
}
