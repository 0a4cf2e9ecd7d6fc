package io.millrace.edge.log;

import io.millrace.edge.meters.EdgeMeters;
import io.millrace.platform.FatalError;
import io.millrace.platform.UserError;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.EdgeNode;
import io.millrace.platform.log.IngestNode;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.LogVersion;
import io.millrace.platform.log.NodeHeartbeat;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamExpiry;
import io.millrace.platform.log.Withdrawal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the {@link StreamDirectory} in memory: reads {@code streams} and {@code nodes} from their beginnings, then
 * follows them. Thread-safe.
 */
public final class DirectoryFeed implements AutoCloseable, Tail.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryFeed.class);
    private static final Duration READ_LIMIT = Duration.ofSeconds(60);

    private final StreamDirectory directory;
    private final EdgeMeters meters;
    private final List<TopicPartition> partitions;
    private final String nodesTopic;
    private final List<Consumer<StreamEntry>> listeners = new CopyOnWriteArrayList<>();
    /** Opened when the directory has been read to its end. */
    private final CountDownLatch read = new CountDownLatch(1);
    /** The partitions that have not been read to their ends, with these end offsets. Owned by the tail's thread. */
    private final Map<TopicPartition, Long> unread = new HashMap<>();
    private final Tail tail;

    /** @param node this process's id, part of Kafka client ids */
    public DirectoryFeed(KafkaClients kafka, String node, StreamDirectory directory, EdgeMeters meters,
            FatalError fatal) {
        this.directory = directory;
        this.meters = meters;
        nodesTopic = kafka.settings().topic(Topic.NODES);
        partitions = IntStream.range(0, kafka.settings().partitions()).boxed()
                .flatMap(p -> Stream.of(kafka.partition(Topic.STREAMS, p), kafka.partition(Topic.NODES, p))).toList();
        KafkaConsumer<String, LogRecord> consumer = kafka.quietReader(node + "-edge-directory");
        tail = new Tail("edge-directory", consumer, consumer, this, fatal);
    }

    /**
     * Registers a listener, which receives every entry that changes the directory, and every entry of a stream of which
     * media is withdrawn. It is called on the feed's thread,
     * after the directory was updated. Call before {@link #start}.
     */
    public void onEntry(Consumer<StreamEntry> listener) {
        listeners.add(listener);
    }

    /**
     * Starts the feed, and blocks until the directory has been read to its end.
     *
     * @throws UserError if that takes longer than {@link #READ_LIMIT}, or if the thread is interrupted
     */
    public void start() {
        tail.execute(() -> {
            tail.readAll(partitions);
            partitions.forEach(p -> unread.put(p, tail.end(p)));
        });
        tail.start();
        try {
            if (!read.await(READ_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new UserError("the directory was not read within " + READ_LIMIT.toSeconds()
                        + " s; is Kafka up, and do the topics exist?");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted while reading the directory");
        }
    }

    /** Returns whether the feed's thread is running. */
    public boolean isAlive() {
        return tail.isAlive();
    }

    @Override
    public void records(List<ConsumerRecord<String, LogRecord>> records) {
        records.forEach(this::read);
    }

    private void read(ConsumerRecord<String, LogRecord> record) {
        String key = record.key();
        LogRecord value = record.value();
        switch (value) {
            case StreamEntry entry -> {
                if (directory.put(entry)) {
                    listeners.forEach(listener -> listener.accept(entry));
                }
            }
            case StreamExpiry expiry -> directory.expired(expiry);
            case Withdrawal withdrawal -> {
                directory.withdraw(withdrawal);
                changed(withdrawal.stream());
            }
            case LogVersion _ -> {
                // LogVersionWatch follows these.
            }
            case IngestNode node -> directory.ingestNodes().put(node, record.timestamp());
            case NodeHeartbeat _,EdgeNode _ -> {
                // Only of interest to other ingest nodes, and to operators.
            }
            case null -> {
                if (record.topic().equals(nodesTopic)) {
                    directory.ingestNodes().remove(key);
                } else {
                    remove(key);
                }
            }
            default -> skip(key, value);
        }
    }

    /** Passes on the entries of a stream of which more or less is withdrawn now. */
    private void changed(String stream) {
        directory.history(stream).forEach(entry -> listeners.forEach(listener -> listener.accept(entry)));
    }

    private void remove(String key) {
        Optional<Withdrawal.Key> restored = Withdrawal.Key.parse(key);
        if (restored.isPresent()) {
            directory.restore(restored.get());
            changed(restored.get().stream());
            return;
        }
        try {
            StreamKey of = StreamKey.parse(key);
            if (of.isOfStream()) {
                directory.forget(of.stream());
            } else {
                directory.remove(of.stream(), of.number());
            }
        } catch (IllegalArgumentException e) {
            skip(key, e);
        }
    }

    private void skip(String key, Object why) {
        LOG.warn("skipped a directory record with key {}: {}", key, why);
        meters.dropped("undecodable", 1);
    }

    @Override
    public void tick() {
        directory.ingestNodes().forgetDead(System.currentTimeMillis());
        if (read.getCount() > 0 && !unread.isEmpty()) {
            unread.entrySet().removeIf(end -> tail.position(end.getKey()) >= end.getValue());
            if (unread.isEmpty()) {
                read.countDown();
            }
        }
    }

    @Override
    public void close() {
        tail.close();
    }
}
