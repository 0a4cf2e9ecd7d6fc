package io.millrace.ingest.session;

import io.millrace.platform.FatalError;
import io.millrace.platform.UserError;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.SessionNotice;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 * Owns some partitions of {@code sessions}, as one of the ingest nodes' consumer group, and sees to their sessions with a
 * {@link LeaseTable} each. A partition that is given to it is read from the beginning; nothing is committed. Owns a thread
 * and two consumers.
 *
 * <p>Before any step it makes sure that it has read all there was when the step became due: what is late because Kafka was
 * out of reach is not silence. Thread-safe.
 */
public final class OwnerLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OwnerLoop.class);
    /** Name of the group, behind the topic prefix. */
    private static final String GROUP = "ingest-owners";
    /** How often the leases are looked at. */
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration LOOK = Duration.ofSeconds(1);
    /** How often it is looked for epochs of which nothing is retained. */
    private static final long EXPIRY_MS = 60_000;
    /** A round of questions to partitions without a leader takes not much longer than this. */
    private static final long ROUND_MS = 5_000;
    /** A loop that hangs for so long gives its partitions to another node. */
    private static final int MAX_POLL_INTERVAL_MS = 60_000;
    private static final long START_MS = 60_000;

    /** One partition: what is known of it, and how far it has to be read before it may be acted upon. */
    private static final class Owned {
        private static final long UNKNOWN = -1;

        private final LeaseTable leases;
        private long historyEnd = UNKNOWN;
        private boolean caughtUp;
        private boolean outOfReach;
        private long proofEnd = UNKNOWN;
        private long proofAtMs;

        Owned(LeaseTable leases) {
            this.leases = leases;
        }

        boolean wantsProof(long nowMs) {
            return caughtUp && proofEnd == UNKNOWN && leases.isDue(nowMs);
        }
    }

    private final KafkaClients kafka;
    private final KafkaConsumer<String, LogRecord> consumer;
    /** Asks where partitions end and reads nothing: on the consumer's connection a question waits behind a fetch. */
    private final KafkaConsumer<String, LogRecord> ends;
    private final OwnerSteps steps;
    private final int leaseMs;
    private final FatalError fatal;
    private final Map<TopicPartition, Owned> owned = new HashMap<>();
    private final CountDownLatch assigned = new CountDownLatch(1);
    private final Thread thread;
    /** Steady, so that a step of the wall clock ends no lease; near the wall clock, which the notices speak. */
    private final long originMs = System.currentTimeMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    private long nextLookMs;
    private long nextExpiryMs;
    private volatile boolean closed;

    private OwnerLoop(KafkaClients kafka, String clientId, int leaseMs, OwnerSteps steps, FatalError fatal) {
        this.kafka = kafka;
        this.leaseMs = leaseMs;
        this.steps = steps;
        this.fatal = fatal;
        this.consumer = kafka.member(clientId, GROUP,
                Map.of(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                        CooperativeStickyAssignor.class.getName(), ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG,
                        MAX_POLL_INTERVAL_MS));
        this.ends = kafka.reader(clientId + "-ends");
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
        throw new UserError("consumer group " + kafka.settings().group(GROUP) + " gave no answer in " + START_MS
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
        ask(it -> it.historyEnd == Owned.UNKNOWN, (it, end) -> it.historyEnd = end);
        owned.forEach((partition, it) -> {
            if (!it.caughtUp && it.historyEnd != Owned.UNKNOWN && hasRead(partition, it.historyEnd)) {
                it.caughtUp = true;
                it.leases.renew(nowMs());
            }
        });
    }

    /**
     * Takes what was due when it looked for the end of the partition, once it has read up to there. It cannot ask to have
     * read everything, since there is always one more heartbeat.
     */
    private void act() {
        long askedAtMs = nowMs();
        if (askedAtMs >= nextLookMs) {
            // Not at each heartbeat that is read: a look goes through all sessions.
            nextLookMs = askedAtMs + POLL.toMillis();
            ask(it -> it.wantsProof(askedAtMs), (it, end) -> {
                it.proofEnd = end;
                it.proofAtMs = askedAtMs;
            });
        }
        owned.forEach((partition, it) -> {
            if (it.proofEnd != Owned.UNKNOWN && hasRead(partition, it.proofEnd)) {
                it.proofEnd = Owned.UNKNOWN;
                it.leases.due(it.proofAtMs).forEach(step -> steps.take(partition.partition(), step));
            }
        });
    }

    /**
     * Where do these partitions end? Each is asked for by itself, so that one without a leader holds up no other; those
     * for which there is no time left have their turn in the next round.
     */
    private void ask(Predicate<Owned> which, ObjLongConsumer<Owned> answer) {
        long startMs = nowMs();
        for (Map.Entry<TopicPartition, Owned> entry : List.copyOf(owned.entrySet())) {
            Owned it = entry.getValue();
            if (!which.test(it) || nowMs() - startMs > ROUND_MS) {
                continue;
            }
            TopicPartition partition = entry.getKey();
            try {
                answer.accept(it, ends.endOffsets(Set.of(partition), LOOK).get(partition));
                it.outOfReach = false;
            } catch (RetriableException e) {
                if (!it.outOfReach) {
                    it.outOfReach = true;
                    LOG.warn("{} is out of reach, its sessions keep their leases: {}", partition, e.getMessage());
                }
                // Out of reach for us, and so perhaps for the nodes that should have been heard.
                it.leases.renew(nowMs());
            }
        }
    }

    /** Where the owned partitions of {@code packets} begin now, and what has to leave the directory for that. */
    private void expire() {
        long startMs = nowMs();
        if (startMs < nextExpiryMs || owned.isEmpty()) {
            return;
        }
        nextExpiryMs = startMs + EXPIRY_MS;
        Map<Integer, Long> begins = new HashMap<>();
        for (TopicPartition of : owned.keySet()) {
            TopicPartition partition = kafka.partition(Topic.PACKETS, of.partition());
            try {
                if (nowMs() - startMs <= ROUND_MS) {
                    begins.put(of.partition(), ends.beginningOffsets(Set.of(partition), LOOK).get(partition));
                }
            } catch (RetriableException e) {
                LOG.debug("where {} begins is not known: {}", partition, e.getMessage());
            }
        }
        steps.expire(stream -> begins.getOrDefault(kafka.partitionOf(stream), 0L));
    }

    private boolean hasRead(TopicPartition partition, long end) {
        try {
            return consumer.position(partition, LOOK) >= end;
        } catch (RetriableException e) {
            return false;
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
