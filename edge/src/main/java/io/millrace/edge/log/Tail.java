package io.millrace.edge.log;

import io.millrace.platform.FatalError;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.log.LogRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread with a consumer that follows partitions from their ends on, and runs commands of other threads between
 * polls.
 *
 * <p>{@link #start}, {@link #execute}, {@link #isAlive} and {@link #close} may be called by any thread, all other
 * methods only by the tail's own. The tail never seeks in a partition that it follows. The Kafka client waits out a
 * failed connection to the log; any other failure is fatal to the process.
 */
public final class Tail implements AutoCloseable {
    /** Called on the thread of the tail. */
    public interface Owner {
        /** Receives the records of one poll, in log order for each partition; possibly none. */
        void records(List<ConsumerRecord<String, LogRecord>> records);

        /**
         * Called when the log has lost records of the partition and uses their offsets again, before {@link #records}
         * receives the first such record: its offset is not greater than that of the record before it.
         */
        default void lost(TopicPartition partition) {}

        /** Called after every poll, about once per second if there are no records or commands. */
        void tick();

        /** The last call, when the tail is closed. Not called after a failure. */
        default void closing() {}
    }

    private static final Logger LOG = LoggerFactory.getLogger(Tail.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    /** Longest time to wait for Kafka's answer to a query of an offset. */
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final KafkaConsumer<String, LogRecord> consumer;
    private final KafkaConsumer<String, LogRecord> ends;
    private final Owner owner;
    private final FatalError fatal;
    private final Duration poll;
    private final LinkedBlockingQueue<Runnable> commands = new LinkedBlockingQueue<>();
    private final Thread thread;
    /** Offset of the newest record of each followed partition. */
    private final Map<TopicPartition, Long> newest = new HashMap<>();
    /** The thread is in a poll, from which a command must wake it. */
    private volatile boolean polling;
    private volatile boolean closed;

    /**
     * @param name of the thread
     * @param consumer fetches the records; closed with the tail
     * @param ends queries the ends of partitions; a consumer of its own, which fetches no records, because on the
     *     connection of a fetching consumer a query waits for the fetch; may be {@code consumer} if all partitions are
     *     followed before the first poll; closed with the tail
     * @param fatal called if the thread fails
     */
    public Tail(String name, KafkaConsumer<String, LogRecord> consumer, KafkaConsumer<String, LogRecord> ends,
            Owner owner, FatalError fatal) {
        this(name, consumer, ends, owner, fatal, POLL);
    }

    /** @param poll how long the thread waits for records and commands before a tick */
    public Tail(String name, KafkaConsumer<String, LogRecord> consumer, KafkaConsumer<String, LogRecord> ends,
            Owner owner, FatalError fatal, Duration poll) {
        this.poll = poll;
        this.consumer = consumer;
        this.ends = ends;
        this.owner = owner;
        this.fatal = fatal;
        thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    }

    /** Starts the thread. Call once. */
    public void start() {
        thread.start();
    }

    /** Returns whether the thread is running. */
    public boolean isAlive() {
        return thread.isAlive();
    }

    /**
     * Queues {@code command}, which the thread runs as soon as possible, in the order of the calls. A command in which
     * Kafka does not respond in time is queued again. Commands that are left when the tail is closed do not run.
     */
    public void execute(Runnable command) {
        commands.add(command);
        if (polling) {
            consumer.wakeup();
        }
    }

    /**
     * Follows {@code partition} from its end on, unless it is followed already. Returns the offset of the next record.
     * Blocks up to {@link #ANSWER}.
     *
     * @throws TimeoutException if Kafka does not respond; then the partition is not followed
     */
    public long follow(TopicPartition partition) {
        if (!consumer.assignment().contains(partition)) {
            long end = end(partition);
            Set<TopicPartition> more = new HashSet<>(consumer.assignment());
            more.add(partition);
            consumer.assign(more);
            consumer.seek(partition, end);
            return end;
        }
        return position(partition);
    }

    /** Follows exactly {@code partitions}, from their beginnings. */
    void readAll(List<TopicPartition> partitions) {
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Stops following {@code partition}. Has no effect if it is not followed. */
    public void unfollow(TopicPartition partition) {
        Set<TopicPartition> less = new HashSet<>(consumer.assignment());
        if (less.remove(partition)) {
            newest.remove(partition);
            consumer.assign(less);
        }
    }

    /** Returns the offset of the next record of a followed partition. Blocks up to {@link #ANSWER}. */
    long position(TopicPartition partition) {
        return undisturbed(() -> consumer.position(partition, ANSWER));
    }

    /** Returns the current end offset of {@code partition}, from Kafka. Blocks up to {@link #ANSWER}. */
    long end(TopicPartition partition) {
        return undisturbed(() -> ends.endOffsets(List.of(partition), ANSWER)).get(partition);
    }

    /** Retries a call that was hit by a wake-up intended for the poll. */
    private static <T> T undisturbed(Supplier<T> call) {
        while (true) {
            try {
                return call.get();
            } catch (WakeupException _) {
                // The command that the wake-up announces runs after this one anyway.
            }
        }
    }

    private void run() {
        try (var _ = KafkaClients.closing(consumer); var _ = KafkaClients.closing(ends)) {
            while (!closed) {
                runCommands();
                deliver(poll());
                tick();
            }
            owner.closing();
        } catch (InterruptException e) {
            if (!closed) {
                fatal.fatal(thread.getName() + " was interrupted", e);
            }
        } catch (RuntimeException e) {
            fatal.fatal(thread.getName() + " failed", e);
        }
    }

    private void deliver(ConsumerRecords<String, LogRecord> polled) {
        for (TopicPartition partition : polled.partitions()) {
            List<ConsumerRecord<String, LogRecord>> records = polled.records(partition);
            Long before = newest.put(partition, records.getLast().offset());
            if (before != null && records.getFirst().offset() <= before) {
                LOG.error("{}: {} has lost records: its offsets continue at {} instead of {}", thread.getName(),
                        partition,
                        records.getFirst().offset(), before + 1);
                owner.lost(partition);
            }
        }
        List<ConsumerRecord<String, LogRecord>> records = new ArrayList<>(polled.count());
        polled.forEach(records::add);
        owner.records(records);
    }

    private void tick() {
        try {
            owner.tick();
        } catch (TimeoutException e) {
            LOG.warn("{}: Kafka does not respond: {}", thread.getName(), e.getMessage());
        }
    }

    private void runCommands() {
        for (Runnable command = commands.poll(); command != null && !closed; command = commands.poll()) {
            run(command);
        }
    }

    private void run(Runnable command) {
        try {
            command.run();
        } catch (TimeoutException e) {
            LOG.warn("{}: Kafka does not respond, retrying: {}", thread.getName(), e.getMessage());
            commands.add(command);
        }
    }

    private ConsumerRecords<String, LogRecord> poll() {
        try {
            if (consumer.assignment().isEmpty()) {
                Runnable command = commands.poll(poll.toMillis(), TimeUnit.MILLISECONDS);
                if (command != null) {
                    run(command);
                }
                return ConsumerRecords.empty();
            }
            polling = true;
            return consumer.poll(commands.isEmpty() ? poll : Duration.ZERO);
        } catch (WakeupException _) {
            return ConsumerRecords.empty();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } finally {
            polling = false;
        }
    }

    /** Ends the thread, and waits up to 5 s for it. */
    @Override
    public void close() {
        closed = true;
        execute(() -> {});
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
