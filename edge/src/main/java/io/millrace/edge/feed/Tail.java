package io.millrace.edge.feed;

import io.millrace.platform.FatalError;
import io.millrace.platform.log.LogRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread with a consumer that follows the ends of partitions, and does what others ask of it between two polls.
 *
 * <p>{@link #execute}, {@link #isAlive} and {@link #close} may be called by any thread, all else by its own thread alone.
 * It never seeks a partition that it follows. A failure of the log's connection is waited out by the client; any other
 * is fatal to the process.
 */
final class Tail implements AutoCloseable {
    /** What the owner does on this thread. */
    interface Owner {
        /** Records of one poll, in the order of each partition. */
        void records(List<ConsumerRecord<String, LogRecord>> records);

        /** After every poll, and at least once a second. */
        void tick();

        /** The last call. */
        default void closing() {}
    }

    private static final Logger LOG = LoggerFactory.getLogger(Tail.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final KafkaConsumer<String, LogRecord> consumer;
    private final Owner owner;
    private final FatalError fatal;
    private final Duration poll;
    private final LinkedBlockingQueue<Runnable> commands = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean polling;
    private volatile boolean closed;

    Tail(String name, KafkaConsumer<String, LogRecord> consumer, Owner owner, FatalError fatal) {
        this(name, consumer, owner, fatal, POLL);
    }

    /** @param poll how long it waits for records and commands before it ticks without any */
    Tail(String name, KafkaConsumer<String, LogRecord> consumer, Owner owner, FatalError fatal, Duration poll) {
        this.poll = poll;
        this.consumer = consumer;
        this.owner = owner;
        this.fatal = fatal;
        thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    boolean isAlive() {
        return thread.isAlive();
    }

    /** Runs {@code command} on this thread, soon. */
    void execute(Runnable command) {
        commands.add(command);
        if (polling) {
            consumer.wakeup();
        }
    }

    /** Follows {@code partition} from its end on, if it does not already. Gives the offset of the next record. */
    long follow(TopicPartition partition) {
        if (!consumer.assignment().contains(partition)) {
            Set<TopicPartition> more = new HashSet<>(consumer.assignment());
            more.add(partition);
            consumer.assign(more);
            consumer.seekToEnd(List.of(partition));
        }
        return undisturbed(() -> consumer.position(partition, ANSWER));
    }

    /** Reads all of {@code partitions} from their beginnings on, and nothing else. */
    void readAll(List<TopicPartition> partitions) {
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    void letGo(TopicPartition partition) {
        Set<TopicPartition> less = new HashSet<>(consumer.assignment());
        if (less.remove(partition)) {
            consumer.assign(less);
        }
    }

    long position(TopicPartition partition) {
        return undisturbed(() -> consumer.position(partition, ANSWER));
    }

    /** Where the log of {@code partition} ends now. */
    long end(TopicPartition partition) {
        return undisturbed(() -> consumer.endOffsets(List.of(partition), ANSWER)).get(partition);
    }

    /** A wake-up is meant for the poll and may hit the call after it. */
    private static <T> T undisturbed(Supplier<T> call) {
        while (true) {
            try {
                return call.get();
            } catch (WakeupException _) {
                // The command that it announces runs after this one anyway.
            }
        }
    }

    private void run() {
        try (consumer) {
            while (!closed) {
                runCommands();
                owner.records(poll());
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

    private void tick() {
        try {
            owner.tick();
        } catch (TimeoutException e) {
            LOG.warn("{}: the log does not answer: {}", thread.getName(), e.getMessage());
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
            LOG.warn("{}: the log does not answer, trying again: {}", thread.getName(), e.getMessage());
            commands.add(command);
        }
    }

    private List<ConsumerRecord<String, LogRecord>> poll() {
        try {
            if (consumer.assignment().isEmpty()) {
                Runnable command = commands.poll(poll.toMillis(), TimeUnit.MILLISECONDS);
                if (command != null) {
                    run(command);
                }
                return List.of();
            }
            polling = true;
            List<ConsumerRecord<String, LogRecord>> records = new ArrayList<>();
            consumer.poll(commands.isEmpty() ? poll : Duration.ZERO).forEach(records::add);
            return records;
        } catch (WakeupException _) {
            return List.of();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } finally {
            polling = false;
        }
    }

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
