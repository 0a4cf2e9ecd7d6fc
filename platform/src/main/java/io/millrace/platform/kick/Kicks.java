package io.millrace.platform.kick;

import io.millrace.platform.FatalError;
import io.millrace.platform.UserError;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.HealthCheck;
import io.millrace.platform.kafka.AcknowledgedWrite;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Kick;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogRecord;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kicks of all nodes: reads {@code control} from its beginning, follows it, and writes to it. One per process.
 * Thread-safe; a virtual thread owns the consumer.
 */
public final class Kicks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Kicks.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    /** How long the start may take. */
    private static final Duration READ_LIMIT = Duration.ofSeconds(60);
    private static final long PRODUCER_BYTES = 1 << 20;

    private final KafkaClients kafka;
    private final InstantSource clock;
    private final KickMeters meters;
    private final FatalError fatal;
    private final KafkaConsumer<String, LogRecord> consumer;
    private final KafkaProducer<String, byte[]> producer;
    private final KickListeners listeners = new KickListeners();
    private final KickTable table;
    private final Thread thread;
    private volatile boolean closed;

    private Kicks(KafkaClients kafka, String node, InstantSource clock, KickMeters meters, FatalError fatal) {
        this.kafka = kafka;
        this.clock = clock;
        this.meters = meters;
        this.fatal = fatal;
        table = new KickTable(clock);
        consumer = kafka.follower(node + "-kicks");
        producer = kafka.producer(node + "-kicks", PRODUCER_BYTES);
        meters.gauge(table::size);
        thread = Thread.ofVirtual().name("kicks").unstarted(this::follow);
    }

    /**
     * Reads the kicks that are in force, which blocks, and then follows the topic.
     *
     * @param node this process's id, part of Kafka client ids
     * @param clock decides which kicks are in force
     * @param fatal called if the topic can no longer be read
     * @throws UserError if Kafka does not respond, or does not permit reading the topic
     */
    public static Kicks start(KafkaClients kafka, String node, InstantSource clock, KickMeters meters,
            FatalError fatal) {
        var kicks = new Kicks(kafka, node, clock, meters, fatal);
        try {
            kicks.readToEnd();
        } catch (KafkaException e) {
            kicks.release();
            throw new UserError("cannot read topic " + kafka.settings().topic(Topic.CONTROL) + ": " + e.getMessage()
                    + "; check that Kafka is up and that this user may read and write the topic", e);
        } catch (RuntimeException e) {
            kicks.release();
            throw e;
        }
        kicks.thread.start();
        return kicks;
    }

    /**
     * Registers a listener, which receives each kick for which connections must be closed, after {@link #table} has it.
     * Called on this object's thread; must not block.
     *
     * @return must be closed before what the listener uses; the listener is not called afterwards
     */
    public KafkaClients.Closing listen(Consumer<Kick> listener) {
        return listeners.add(listener);
    }

    /** Returns the kicks that are in force. */
    public KickTable table() {
        return table;
    }

    /** Returns the resources for the admin port. */
    public List<AdminResource> admin() {
        return List.of(new KicksResource(table, this::write, this::end, clock),
                new PublishersResource(this::write, clock));
    }

    /** Returns the health check of the thread. */
    public HealthCheck check() {
        return new HealthCheck("kicks", () -> thread.isAlive()
                ? HealthCheck.Status.up("reads the log")
                : HealthCheck.Status.down("its thread has ended"));
    }

    /**
     * Writes a kick, which all nodes read. Blocks until Kafka has acknowledged the record.
     *
     * @throws UserError if there are too many kicks, or Kafka does not respond
     */
    public void write(Kick kick) {
        if (kick.isInForce(clock.millis()) && table.isFull() && !table.has(kick.key())) {
            throw new UserError("there are " + KickTable.LIMIT + " kicks in force already; end some of them");
        }
        write(kick.key(), LogCodec.encode(kick));
        LOG.info("{}{}", prefix(kick.key()), words(kick, clock.millis()));
    }

    /** Returns what the log says of a kick. */
    static String words(Kick kick, long nowMs) {
        String until = kick.isInForce(nowMs) ? " until " + KicksResource.time(kick.untilMs()) : "";
        String detail = kick.key().detail();
        String done = switch (kick.key().target()) {
            case VIEWER -> "the viewer " + detail + (until.isEmpty() ? "" : ", who is refused" + until);
            case VIEWERS -> detail.isEmpty() ? "all viewers" : "all " + detail + " viewers";
            case SUBJECT -> "everyone with tokens of the subject " + detail + ", who are refused" + until;
            case PUBLISHER -> "the publisher" + (until.isEmpty() ? "" : ", and publishers are refused" + until);
        };
        return "an operator has disconnected " + done + (kick.reason().isEmpty() ? "" : ": " + kick.reason());
    }

    /**
     * Ends a kick before its time. Blocks until Kafka has acknowledged it.
     *
     * @throws UserError if Kafka does not respond
     */
    void end(Kick.Key key) {
        write(key, null);
        LOG.info("{}an operator has ended the refusal of {}", prefix(key), switch (key.target()) {
            case VIEWER -> "the viewer " + key.detail();
            case SUBJECT -> "the subject " + key.detail();
            case PUBLISHER, VIEWERS -> "publishers";
        });
    }

    private static String prefix(Kick.Key key) {
        return key.stream().isEmpty() ? "" : key.stream() + ": ";
    }

    private void write(Kick.Key key, byte[] value) {
        TopicPartition to = kafka.partition(Topic.CONTROL, kafka.partitionOf(key.stream()));
        AcknowledgedWrite.send(producer, new ProducerRecord<>(to.topic(), to.partition(), key.toString(), value),
                ANSWER);
    }

    private void readToEnd() {
        List<TopicPartition> partitions = IntStream.range(0, kafka.settings().partitions())
                .mapToObj(p -> kafka.partition(Topic.CONTROL, p)).toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, READ_LIMIT);
        long deadlineNanos = System.nanoTime() + READ_LIMIT.toNanos();
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey(), ANSWER) < end.getValue())) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new UserError("the kicks were not read within " + READ_LIMIT.toSeconds() + " s; is Kafka up?");
            }
            poll();
        }
    }

    private void follow() {
        try {
            while (!closed) {
                poll();
            }
        } catch (WakeupException e) {
            if (!closed) {
                fatal.fatal("the reader of kicks was woken", e);
            }
        } catch (RuntimeException | Error e) {
            fatal.fatal("the reader of kicks failed", e);
        } finally {
            release();
        }
    }

    private void poll() {
        consumer.poll(POLL).forEach(this::read);
        table.expire();
    }

    private void read(ConsumerRecord<String, LogRecord> record) {
        switch (record.value()) {
            case Kick kick -> read(kick);
            case null -> Kick.Key.parse(record.key()).ifPresent(table::remove);
            default -> LOG.warn("skipped a record of {} with key {}: {}", record.topic(), record.key(),
                    record.value());
        }
    }

    private void read(Kick kick) {
        table.put(kick);
        meters.read(kick.key().target());
        if (kick.disconnects(clock.millis())) {
            listeners.read(kick);
        }
    }

    private void release() {
        KafkaClients.closing(consumer).close();
        producer.close(Duration.ZERO);
    }

    /** Ends the thread, and waits up to 10 s for it. */
    @Override
    public void close() {
        closed = true;
        consumer.wakeup();
        try {
            thread.join(ANSWER);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
