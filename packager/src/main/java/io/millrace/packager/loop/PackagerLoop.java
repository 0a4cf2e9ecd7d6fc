package io.millrace.packager.loop;

import io.millrace.packager.meters.PackagerMeters;
import io.millrace.packager.meters.PackagerMeters.Drop;
import io.millrace.platform.FatalError;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SegmentsRecord;
import io.millrace.platform.log.Undecodable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code packets} and {@code segments} of the partitions that the group assigns to this process, the same
 * partitions of both topics, and muxes and writes their parts.
 *
 * <p>Owns the thread {@code packager}. Everything runs on it except {@link #start}, {@link #assigned},
 * {@link #partitions}, {@link #cachedBytes} and {@link #close}. A failure that is not confined to one stream ends the
 * loop and is reported to {@link FatalError}.
 */
public final class PackagerLoop implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PackagerLoop.class);
    private static final String GROUP = "packager";
    private static final Duration POLL = Duration.ofMillis(200);
    /** Poll timeout while Kafka acknowledges parts more slowly than they are made. */
    private static final Duration POLL_WHEN_FULL = Duration.ofMillis(10);
    private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

    private final KafkaClients kafka;
    private final PackagerSettings settings;
    private final PackagerMeters meters;
    private final FatalError fatal;
    private final KafkaConsumer<String, LogRecord> consumer;
    private final PacketReader reader;
    private final PartWriter writer;
    private final Thread thread;
    private final CompletableFuture<Void> assigned = new CompletableFuture<>();
    private final Map<Integer, PartitionWork> work = new TreeMap<>();
    private final Map<Integer, Positions> committed = new HashMap<>();
    private volatile boolean closing;
    private volatile Set<Integer> partitions = Set.of();
    private volatile long cachedBytes;
    private long lastCommitNanos = System.nanoTime();

    public PackagerLoop(KafkaClients kafka, PackagerSettings settings, PackagerMeters meters, FatalError fatal) {
        this.kafka = kafka;
        this.settings = settings;
        this.meters = meters;
        this.fatal = fatal;
        String client = "packager-" + settings.node();
        consumer = kafka.member(client, GROUP,
                Map.of(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, RangeAssignor.class.getName()));
        reader = new PacketReader(kafka, client + "-reader");
        writer = new PartWriter(kafka, client, settings.inFlightBytes(), meters, InstantSource.system());
        thread = Thread.ofVirtual().name("packager").unstarted(this::run);
        meters.gaugeBytes(this::cachedBytes, writer::inFlightBytes);
    }

    public void start() {
        thread.start();
    }

    /** Completes at the first partition assignment, which may be empty. */
    public CompletableFuture<Void> assigned() {
        return assigned.copy();
    }

    /** The partitions currently assigned to this process. */
    public Set<Integer> partitions() {
        return partitions;
    }

    public boolean isRunning() {
        return thread.isAlive();
    }

    /** Finishes the current poll, commits, and leaves the group. */
    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        try {
            if (thread.getState() != Thread.State.NEW && !thread.join(CLOSE_TIMEOUT)) {
                log.warn("the packager did not stop within {}", CLOSE_TIMEOUT);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private long cachedBytes() {
        return cachedBytes;
    }

    private void run() {
        try (reader; writer; consumer) {
            loop();
        } catch (KafkaException e) {
            log.warn("closing the packager's Kafka clients failed", e);
        }
    }

    private void loop() {
        try {
            consumer.subscribe(List.of(kafka.settings().topic(Topic.PACKETS), kafka.settings().topic(Topic.SEGMENTS)),
                    new Rebalance());
            while (!closing) {
                step();
            }
            writer.drain();
        } catch (WakeupException e) {
            if (!closing) {
                fail(e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    private void fail(Throwable cause) {
        assigned.completeExceptionally(cause);
        fatal.fatal("the packager failed", cause);
    }

    private void step() {
        poll().forEach(this::accept);
        long bytes = 0;
        for (Map.Entry<Integer, PartitionWork> entry : work.entrySet()) {
            PartitionWork partition = entry.getValue();
            if (!partition.hasBegun()) {
                partition.cutsReadUpTo(consumer.position(kafka.partition(Topic.SEGMENTS, entry.getKey())));
                partition.packetsReadUpTo(consumer.position(kafka.partition(Topic.PACKETS, entry.getKey())));
            }
            partition.advance();
            bytes += partition.cachedBytes();
            flow(entry.getKey(), partition);
        }
        cachedBytes = bytes;
        if (writer.failure() != null) {
            throw new KafkaException("Kafka did not accept a part or its index entry", writer.failure());
        }
        commit();
    }

    private ConsumerRecords<String, LogRecord> poll() {
        try {
            return consumer.poll(writer.hasRoom() ? POLL : POLL_WHEN_FULL);
        } catch (WakeupException _) {
            // Only close() calls wakeup().
            return ConsumerRecords.empty();
        }
    }

    private void commit() {
        if (System.nanoTime() - lastCommitNanos < settings.commitEvery().toNanos()) {
            return;
        }
        lastCommitNanos = System.nanoTime();
        Map<TopicPartition, OffsetAndMetadata> due = due(work.keySet());
        if (!due.isEmpty()) {
            consumer.commitAsync(due, (_, e) -> {
                if (e != null) {
                    log.debug("positions were not committed, the next commit includes them", e);
                    committed.clear();
                }
            });
        }
    }

    private void accept(ConsumerRecord<String, LogRecord> record) {
        PartitionWork partition = work.get(record.partition());
        boolean packets = record.topic().equals(kafka.settings().topic(Topic.PACKETS));
        switch (record.value()) {
            case Packet packet when packets && record.key() != null ->
                partition.packet(record.offset(), record.key(), packet);
            case SegmentsRecord decided when !packets && record.key() != null ->
                partition.decided(record.offset(), record.key(), decided);
            case null, default -> {
                if (record.value() instanceof Undecodable undecodable) {
                    log.warn("skipped undecodable {}-{}@{}: {}", record.topic(), record.partition(), record.offset(),
                            undecodable.why());
                    meters.dropped(Drop.UNDECODABLE);
                }
                if (packets) {
                    partition.packetsReadUpTo(record.offset() + 1);
                } else {
                    partition.cutsReadUpTo(record.offset() + 1);
                }
            }
        }
    }

    /** Pauses or resumes both topics, depending on the room for their records. */
    private void flow(int partition, PartitionWork state) {
        boolean room = writer.hasRoom();
        flow(kafka.partition(Topic.SEGMENTS, partition), room && state.wantsCuts());
        flow(kafka.partition(Topic.PACKETS, partition), room && state.wantsPackets());
    }

    private void flow(TopicPartition partition, boolean wanted) {
        if (wanted == consumer.paused().contains(partition)) {
            if (wanted) {
                consumer.resume(List.of(partition));
            } else {
                consumer.pause(List.of(partition));
            }
        }
    }

    /** Returns the positions that have changed, both topics of a partition together. */
    private Map<TopicPartition, OffsetAndMetadata> due(Collection<Integer> of) {
        Map<TopicPartition, OffsetAndMetadata> due = new HashMap<>();
        for (int partition : of) {
            Positions now = work.get(partition).positions();
            if (now != null && !now.equals(committed.put(partition, now))) {
                due.put(kafka.partition(Topic.SEGMENTS, partition), new OffsetAndMetadata(now.segments()));
                due.put(kafka.partition(Topic.PACKETS, partition), new OffsetAndMetadata(now.packets()));
            }
        }
        return due;
    }

    private final class Rebalance implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> added) {
            for (TopicPartition partition : added) {
                work.computeIfAbsent(partition.partition(),
                        p -> new PartitionWork(p, settings.cacheBytes(), reader, writer, meters));
            }
            partitions = Set.copyOf(work.keySet());
            log.info("packager is assigned partitions {}", work.keySet());
            assigned.complete(null);
        }

        /**
         * Also called by {@code close}. Parts in flight are still written; the next owner repeats them with identical
         * bytes.
         */
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            Set<Integer> leaving = numbers(revoked);
            leaving.retainAll(work.keySet());
            Map<TopicPartition, OffsetAndMetadata> due = due(leaving);
            try {
                if (!due.isEmpty()) {
                    consumer.commitSync(due, COMMIT_TIMEOUT);
                }
            } catch (KafkaException e) {
                log.info("positions of {} were not committed, the next owner will repeat some work", leaving, e);
            }
            forget(leaving);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> lost) {
            forget(numbers(lost));
        }

        private void forget(Set<Integer> leaving) {
            leaving.forEach(work::remove);
            leaving.forEach(committed::remove);
            partitions = Set.copyOf(work.keySet());
        }

        private static Set<Integer> numbers(Collection<TopicPartition> of) {
            Set<Integer> numbers = new HashSet<>();
            of.forEach(partition -> numbers.add(partition.partition()));
            return numbers;
        }
    }
}
