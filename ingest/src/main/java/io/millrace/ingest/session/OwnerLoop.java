package io.millrace.ingest.session;

import io.millrace.platform.FatalError;
import io.millrace.platform.UserError;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.RangeReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;
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
 * Owns some partitions of {@code sessions}, as a member of the ingest nodes' consumer group, and executes the steps
 * that are due for the sessions in them. Reads an assigned partition from the beginning, and commits no offsets. Owns a
 * thread and two consumers.
 *
 * <p>Before it takes a step, the loop ensures that it has read all records that had been written when the step became
 * due: a grace period is not over if Kafka was unavailable and the encoder's return is read late. Thread-safe.
 */
public final class OwnerLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OwnerLoop.class);
    /** Name of the consumer group, without the topic prefix. */
    private static final String GROUP = "ingest-owners";
    /** Longest wait for records, and interval between two checks of the leases. */
    private static final Duration POLL = Duration.ofMillis(200);
    /** How long the consumer may take to determine its position. */
    private static final Duration CHECK_PERIOD = Duration.ofSeconds(1);
    /** Interval between two searches for expired epochs. */
    private static final long EXPIRY_MS = 60_000;
    /** The same after a search that found some: others expire soon, and what could not be written is written again. */
    private static final long EXPIRY_AGAIN_MS = 5_000;
    /** Time after which a loop that hangs loses its partitions to another node. */
    private static final int MAX_POLL_INTERVAL_MS = 60_000;
    /** How long the first assignment may take. */
    private static final long START_MS = 60_000;

    private final KafkaClients kafka;
    private final KafkaConsumer<String, LogRecord> consumer;
    private final PartitionEnds ends;
    private final OwnerSteps steps;
    private final int leaseMs;
    private final String clientId;
    private final NodeLeases nodes;
    private final ClockSkew skew;
    private final FatalError fatal;
    private final Map<TopicPartition, OwnedPartition> owned = new HashMap<>();
    private final CountDownLatch assigned = new CountDownLatch(1);
    private final Thread thread;
    /** Times of {@link #nowMs}. */
    private long nextCheckMs;
    private long nextExpiryMs;
    private volatile boolean closed;

    private OwnerLoop(KafkaClients kafka, String clientId, int leaseMs, NodeLeases nodes, ClockSkew skew,
            OwnerSteps steps, FatalError fatal) {
        this.kafka = kafka;
        this.leaseMs = leaseMs;
        this.clientId = clientId;
        this.nodes = nodes;
        this.skew = skew;
        this.steps = steps;
        this.fatal = fatal;
        this.consumer = kafka.member(clientId, GROUP,
                Map.of(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                        CooperativeStickyAssignor.class.getName(), ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG,
                        MAX_POLL_INTERVAL_MS));
        this.ends = new PartitionEnds(kafka, clientId + "-ends", this::nowMs);
        this.thread = Thread.ofPlatform().name(clientId).daemon().unstarted(this::run);
    }

    /**
     * Starts the loop. Blocks until the group has assigned this node its partitions, which may be none.
     *
     * @throws UserError if the group has not done so within 60 s
     */
    public static OwnerLoop start(KafkaClients kafka, String clientId, int leaseMs, NodeLeases nodes,
            ClockSkew skew, OwnerSteps steps, FatalError fatal) {
        var loop = new OwnerLoop(kafka, clientId, leaseMs, nodes, skew, steps, fatal);
        loop.thread.start();
        try {
            if (loop.assigned.await(START_MS, TimeUnit.MILLISECONDS)) {
                return loop;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loop.close();
        throw new UserError(
                "consumer group " + kafka.settings().group(GROUP) + " did not complete an assignment within " + START_MS
                        + " ms; check the cluster and this user's rights on the group");
    }

    /** Returns whether the loop is running. */
    public boolean isRunning() {
        return thread.isAlive() && !closed;
    }

    /**
     * Leaves the group, so that another node takes over immediately. Blocks until the thread has ended, for at most 5
     * s.
     */
    @Override
    public void close() {
        closed = true;
        consumer.wakeup();
        ends.wakeup();
        Threads.join(thread);
    }

    private void run() {
        try (consumer; ends) {
            consumer.subscribe(List.of(kafka.settings().topic(Topic.SESSIONS)), new Assignment());
            while (!closed) {
                consumer.poll(POLL).forEach(this::read);
                catchUp();
                act();
                expire();
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
        OwnedPartition partition = owned.get(new TopicPartition(record.topic(), record.partition()));
        switch (SessionsRecord.of(record.key(), record.value())) {
            case SessionsRecord.Notice(SessionNotice notice) -> partition.onNotice(notice, ageMs(record), nowMs());
            case SessionsRecord.Tombstone(String stream, long session) -> partition.onTombstone(stream, session);
            case SessionsRecord.Unreadable _ -> {
                // SessionFeed counts such records.
            }
        }
    }

    private long ageMs(ConsumerRecord<String, LogRecord> record) {
        return Math.max(0, skew.brokerMs(System.currentTimeMillis()) - record.timestamp());
    }

    /** Marks assigned partitions as caught up when all records that they contained at that time have been read. */
    private void catchUp() {
        findEnds(OwnedPartition::needsHistoryEnd, OwnedPartition::historyEndsAt);
        owned.forEach((partition, it) -> it.catchUp(end -> hasRead(partition, end), nowMs()));
    }

    private void act() {
        long askedAtMs = nowMs();
        if (askedAtMs >= nextCheckMs) {
            // Not after every record that is read: each check iterates over all sessions.
            nextCheckMs = askedAtMs + POLL.toMillis();
            findEnds(it -> it.needsProof(askedAtMs), (it, end) -> it.endsAt(end, askedAtMs));
        }
        owned.forEach((partition, it) -> it.due(end -> hasRead(partition, end))
                .forEach(step -> steps.take(partition.partition(), step)));
    }

    private void findEnds(Predicate<OwnedPartition> which, ObjLongConsumer<OwnedPartition> found) {
        List<TopicPartition> asked = owned.entrySet().stream().filter(e -> which.test(e.getValue()))
                .map(Map.Entry::getKey).toList();
        ends.ends(asked, (partition, end) -> {
            OwnedPartition it = owned.get(partition);
            it.markReachable();
            found.accept(it, end);
        }, (partition, failure) -> {
            if (owned.get(partition).markUnreachable(nowMs())) {
                LOG.warn("{} is unavailable, its sessions keep their leases: {}", partition, failure.getMessage());
            }
        });
    }

    /**
     * Queries the beginnings of the owned partitions of {@code packets}, removes the epochs that end before them from
     * the directory, and restores overwritten entries.
     */
    private void expire() {
        long startMs = nowMs();
        if (startMs < nextExpiryMs || owned.isEmpty()) {
            return;
        }
        List<TopicPartition> packets = owned.keySet().stream()
                .filter(of -> kafka.stopped().stoppedAt(kafka.partition(Topic.STREAMS, of.partition())).isEmpty())
                .map(of -> kafka.partition(Topic.PACKETS, of.partition())).toList();
        Map<Integer, Long> beginnings = new HashMap<>();
        ends.beginnings(packets, (partition, offset) -> beginnings.put(partition.partition(), offset),
                (partition, failure) -> LOG.debug("the beginning of {} is not known: {}", partition,
                        failure.getMessage()));
        boolean found = steps
                .expire(stream -> beginnings.getOrDefault(kafka.partitionOf(stream), KnownNames.NOT_OWNED));
        nextExpiryMs = startMs + (found ? EXPIRY_AGAIN_MS : EXPIRY_MS);
        try {
            steps.restore(stream -> beginnings.containsKey(kafka.partitionOf(stream)), this::entry);
        } catch (RetriableException e) {
            LOG.info("overwritten entries of the directory are restored later: {}", e.getMessage());
        }
    }

    /** Reads an entry of the directory. This is rare, so each read opens a consumer of its own. */
    private Optional<StreamEntry> entry(String stream, long offset) {
        TopicPartition of = kafka.partition(Topic.STREAMS, kafka.partitionOf(stream));
        List<StreamEntry> found = new ArrayList<>(1);
        try (RangeReader reader = new RangeReader(kafka.seeker(clientId + "-entries", Map.of()))) {
            reader.read(of, offset, offset + 1, record -> {
                if (record.value() instanceof StreamEntry entry) {
                    found.add(entry);
                }
                return true;
            });
        }
        return found.stream().findFirst();
    }

    /**
     * Returns whether the partition was read up to {@code end}. Always false after a record that this release cannot
     * read, because notices may follow the record.
     */
    private boolean hasRead(TopicPartition partition, long end) {
        try {
            return kafka.stopped().stoppedAt(partition).isEmpty() && consumer.position(partition, CHECK_PERIOD) >= end;
        } catch (RetriableException e) {
            return false;
        }
    }

    /** Returns monotonic time, so that a step of the wall clock ends no lease. */
    private long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /** Called within {@code poll}, on the loop's thread. */
    private final class Assignment implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            partitions.forEach(p -> owned.put(p, new OwnedPartition(new LeaseTable(leaseMs, nodes))));
            consumer.seekToBeginning(partitions);
            assigned.countDown();
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            partitions.forEach(owned::remove);
        }
    }
}
