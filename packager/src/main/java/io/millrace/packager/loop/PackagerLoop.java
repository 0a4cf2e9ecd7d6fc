package io.millrace.packager.loop;

import io.millrace.packager.meters.PackagerMeters;
import io.millrace.platform.FatalError;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.PollPace;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogRecord;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code packets} and {@code segments} of the partitions that the group assigns to this process, the same
 * partitions of both topics, and passes the records to a {@link PartitionWorker} per partition. While a worker is busy
 * or waits for Kafka, only its own partition is paused.
 *
 * <p>Owns the thread {@code packager}. Everything runs on it except {@link #start}, {@link #assigned},
 * {@link #partitions} and {@link #close}. A failure that is confined neither to one stream nor to one partition ends
 * the loop and is reported to {@link FatalError}.
 */
public final class PackagerLoop implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PackagerLoop.class);
    private static final String GROUP = "packager";
    /**
     * Records that wait for their workers. A broker holds a fetch in which no partition has a record for up to half a second, and
     * the consumer sends it no other meanwhile. A packager that has much to read and pauses all partitions that have records
     * sends such a fetch, so the workers need enough to do until it is answered.
     */
    private static final long QUEUED_BYTES = 32L << 20;
    /** Poll timeout while a partition is paused, which bounds how late it is resumed. */
    private static final Duration POLL_WHEN_PAUSED = Duration.ofMillis(10);
    /** Share of a tick by which the packager polls later than the segmenter, whose cuts of the tick are in the log then. */
    private static final double SEGMENTERS_SHARE = 0.5;
    private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

    private final KafkaClients kafka;
    private final PackagerSettings settings;
    private final FatalError fatal;
    private final KafkaConsumer<String, LogRecord> consumer;
    private final LogReaders readers;
    private final PartProducer producer;
    private final PartitionWorker.Resources resources;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Thread thread;
    private final CompletableFuture<Void> assigned = new CompletableFuture<>();
    private final Map<Integer, PartitionWorker> workers = new TreeMap<>();
    /** The partitions whose start positions are not known yet. */
    private final Set<Integer> beginning = new HashSet<>();
    private final Map<Integer, Positions> committed = new HashMap<>();
    private final PollPace pace = new PollPace(System.nanoTime(), PollPace.INGEST_LAG, SEGMENTERS_SHARE);
    private volatile boolean closing;
    private volatile Set<Integer> partitions = Set.of();
    private long lastCommitNanos = System.nanoTime();

    public PackagerLoop(KafkaClients kafka, PackagerSettings settings, PackagerMeters meters, FatalError fatal) {
        this.kafka = kafka;
        this.settings = settings;
        this.fatal = fatal;
        String client = "packager-" + settings.node();
        consumer = kafka.member(client, GROUP,
                Map.of(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, PairedAssignor.class.getName(),
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG, PollPace.MOST_RECORDS));
        readers = new LogReaders(kafka, client + "-reader");
        producer = new PartProducer(kafka, client, settings.inFlightBytes());
        resources = new PartitionWorker.Resources(readers, producer, new ByteBudget(QUEUED_BYTES),
                new ByteBudget(settings.cacheBytes()),
                new ByteBudget(settings.inFlightBytes()), kafka.settings().retentionMs(), meters,
                PartitionWork.logOfStreams(), InstantSource.system(), cause -> failure.compareAndSet(null, cause));
        thread = Thread.ofVirtual().name("packager").unstarted(this::run);
        meters.gaugeBytes(resources.cache()::usedBytes, resources.inFlight()::usedBytes);
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

    private void run() {
        try (readers; producer; consumer) {
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
            drain();
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

    private void step() throws InterruptedException {
        ConsumerRecords<String, LogRecord> records = poll();
        for (TopicPartition partition : records.partitions()) {
            workers.get(partition.partition()).read(isPackets(partition), records.records(partition));
        }
        beginning.removeIf(this::begin);
        flow();
        if (failure.get() != null) {
            throw new IllegalStateException("a partition failed", failure.get());
        }
        commit();
    }

    private boolean isPackets(TopicPartition partition) {
        return partition.topic().equals(kafka.settings().topic(Topic.PACKETS));
    }

    private ConsumerRecords<String, LogRecord> poll() throws InterruptedException {
        if (!consumer.paused().isEmpty()) {
            return poll(POLL_WHEN_PAUSED);
        }
        for (long rest = pace.restNanos(System.nanoTime()); rest > 0; rest = pace.restNanos(System.nanoTime())) {
            TimeUnit.NANOSECONDS.sleep(rest);
        }
        return poll(pace.timeout(System.nanoTime()));
    }

    private ConsumerRecords<String, LogRecord> poll(Duration timeout) {
        try {
            ConsumerRecords<String, LogRecord> records = consumer.poll(timeout);
            pace.polled(records, consumer, System.nanoTime());
            return records;
        } catch (WakeupException _) {
            // Only close() calls wakeup().
            return ConsumerRecords.empty();
        }
    }

    /** Returns false if the position is not known yet, because Kafka has not found a leader or a committed position. */
    private boolean begin(int partition) {
        try {
            workers.get(partition).begin(position(kafka.partition(Topic.SEGMENTS, partition)),
                    position(kafka.partition(Topic.PACKETS, partition)));
            return true;
        } catch (TimeoutException _) {
            return false;
        }
    }

    private long position(TopicPartition partition) {
        return kafka.stopped().limit(partition, consumer.position(partition, Duration.ZERO));
    }

    /** Waits until the parts that were written are in the log, so that the positions include them. */
    private void drain() throws InterruptedException {
        List<CompletableFuture<Void>> drained = workers.values().stream().map(PartitionWorker::drain).toList();
        try {
            CompletableFuture.allOf(drained.toArray(CompletableFuture[]::new)).get(DRAIN_TIMEOUT.toMillis(),
                    TimeUnit.MILLISECONDS);
        } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
            log.info("not all parts were written, the next owner will repeat some work", e);
        }
    }

    private void commit() {
        if (System.nanoTime() - lastCommitNanos < settings.commitEvery().toNanos()) {
            return;
        }
        lastCommitNanos = System.nanoTime();
        setPace();
        Map<TopicPartition, OffsetAndMetadata> due = due(workers.keySet());
        if (!due.isEmpty()) {
            consumer.commitAsync(due, (_, e) -> {
                if (e != null) {
                    log.debug("positions were not committed, the next commit includes them", e);
                    committed.clear();
                }
            });
        }
    }

    /**
     * Counts the brokers that lead assigned partitions. Their leaders are known to the consumer, so no request is sent.
     */
    private void setPace() {
        Set<Node> leaders = new HashSet<>();
        try {
            for (String topic : workers.isEmpty() ? Set.<String>of() : consumer.subscription()) {
                consumer.partitionsFor(topic, COMMIT_TIMEOUT).stream()
                        .filter(info -> info.leader() != null && workers.containsKey(info.partition()))
                        .forEach(info -> leaders.add(info.leader()));
            }
            pace.leaders(Math.max(1, leaders.size()));
        } catch (TimeoutException | WakeupException e) {
            log.debug("the leaders of the assigned partitions are not known", e);
        }
    }

    /** Pauses or resumes both topics of each partition, depending on the room for their records. */
    private void flow() {
        Set<TopicPartition> full = new HashSet<>();
        workers.forEach((partition, worker) -> {
            if (!worker.wantsCuts()) {
                full.add(kafka.partition(Topic.SEGMENTS, partition));
            }
            if (!worker.wantsPackets()) {
                full.add(kafka.partition(Topic.PACKETS, partition));
            }
        });
        Set<TopicPartition> paused = consumer.paused();
        if (!full.equals(paused)) {
            consumer.resume(paused);
            consumer.pause(full);
        }
    }

    /**
     * Returns the positions that have changed since the last commit. The positions of one partition in the three topics
     * are committed together, so that the next owner restarts at one point of the stream.
     */
    private Map<TopicPartition, OffsetAndMetadata> due(Collection<Integer> of) {
        Map<TopicPartition, OffsetAndMetadata> due = new HashMap<>();
        for (int partition : of) {
            Positions now = workers.get(partition).status().positions();
            if (now != null && !now.equals(committed.put(partition, now))) {
                due.put(kafka.partition(Topic.SEGMENTS, partition), new OffsetAndMetadata(now.segments()));
                due.put(kafka.partition(Topic.PACKETS, partition), new OffsetAndMetadata(now.packets()));
                due.put(kafka.partition(Topic.INDEX, partition), new OffsetAndMetadata(now.index()));
            }
        }
        return due;
    }

    private final class Rebalance implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> added) {
            Set<Integer> joining = numbers(added);
            joining.removeAll(workers.keySet());
            Map<Integer, Long> indexed = indexPositions(joining);
            for (int partition : joining) {
                PartitionWorker worker = new PartitionWorker(partition, indexed.getOrDefault(partition, 0L), resources);
                workers.put(partition, worker);
                beginning.add(partition);
                worker.start();
            }
            partitions = Set.copyOf(workers.keySet());
            log.info("packager is assigned partitions {}", workers.keySet());
            assigned.complete(null);
        }

        /**
         * Returns the committed positions in the index, which this consumer does not read: from there on, a worker
         * looks for the gaps that earlier owners recorded. A partition without a position is read from its beginning.
         */
        private Map<Integer, Long> indexPositions(Set<Integer> of) {
            Map<Integer, Long> positions = new HashMap<>();
            Set<TopicPartition> index = new HashSet<>();
            of.forEach(partition -> index.add(kafka.partition(Topic.INDEX, partition)));
            try {
                consumer.committed(index, COMMIT_TIMEOUT).forEach((partition, committed) -> {
                    if (committed != null) {
                        positions.put(partition.partition(), committed.offset());
                    }
                });
            } catch (TimeoutException e) {
                log.info("the positions in the index are not known, reading all of it", e);
            }
            return positions;
        }

        /**
         * Also called by {@code close}. Parts in flight are still written; the next owner repeats them with identical
         * bytes.
         */
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            Set<Integer> leaving = numbers(revoked);
            leaving.retainAll(workers.keySet());
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
            for (int partition : leaving) {
                PartitionWorker worker = workers.remove(partition);
                if (worker != null) {
                    worker.close();
                }
                beginning.remove(partition);
                committed.remove(partition);
            }
            partitions = Set.copyOf(workers.keySet());
        }

        private static Set<Integer> numbers(Collection<TopicPartition> of) {
            Set<Integer> numbers = new HashSet<>();
            of.forEach(partition -> numbers.add(partition.partition()));
            return numbers;
        }
    }
}
