package io.millrace.platform.kafka;

import io.millrace.platform.UserError;
import io.millrace.platform.admin.HealthCheck;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.LogVersion;
import io.millrace.platform.log.LogVersions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the version of the log, and makes this process write that version. Owns a virtual thread and a consumer.
 * Thread-safe.
 */
public final class LogVersionWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LogVersionWatch.class);
    private static final String CLIENT = "millrace-log-version";
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration ANSWER = Duration.ofSeconds(20);
    private static final long PRODUCER_BYTES = 1 << 20;

    private final KafkaConsumer<String, LogRecord> consumer;
    private final TopicPartition partition;
    private final String release;
    private final Thread thread;
    private volatile LogVersion newest;
    private volatile boolean closed;

    private LogVersionWatch(KafkaClients kafka, String release) {
        consumer = kafka.follower(CLIENT);
        partition = kafka.partition(Topic.STREAMS, 0);
        this.release = release;
        thread = Thread.ofVirtual().name("log-version").unstarted(this::follow);
    }

    /**
     * Reads the version, which blocks, and then follows it.
     *
     * @param release release of this process
     * @throws UserError if this release cannot read the log, or if Kafka does not respond
     */
    public static LogVersionWatch start(KafkaClients kafka, String release) {
        LogVersionWatch watch = new LogVersionWatch(kafka, release);
        try {
            watch.readToEnd();
            watch.problem().ifPresent(problem -> {
                throw new UserError(problem);
            });
        } catch (RuntimeException e) {
            KafkaClients.closing(watch.consumer).close();
            throw e instanceof KafkaException ? Unreachable.error(kafka.settings(), e) : e;
        }
        watch.thread.start();
        return watch;
    }

    /**
     * Returns the version of the log. Blocks.
     *
     * @throws UserError if Kafka does not respond
     */
    public static int current(KafkaClients kafka) {
        LogVersionWatch watch = new LogVersionWatch(kafka, "");
        try (var _ = KafkaClients.closing(watch.consumer)) {
            watch.readToEnd();
            return watch.newest == null ? LogVersions.FIRST : watch.newest.version();
        } catch (KafkaException e) {
            throw Unreachable.error(kafka.settings(), e);
        }
    }

    /**
     * Makes all nodes write {@code version} from now on. Nodes that cannot read the version stop, and can no longer be
     * started. Blocks until the brokers have acknowledged it.
     *
     * @param release the release that makes the version final
     * @param nowMs wall clock, ms since 1970
     * @throws UserError if Kafka does not respond
     */
    public static void write(KafkaClients kafka, int version, String release, long nowMs) {
        TopicPartition to = kafka.partition(Topic.STREAMS, 0);
        byte[] value = LogCodec.encode(new LogVersion(version, release, nowMs));
        try (KafkaProducer<String, byte[]> producer = kafka.producer(CLIENT, PRODUCER_BYTES)) {
            producer.send(new ProducerRecord<>(to.topic(), to.partition(), LogVersion.KEY, value))
                    .get(ANSWER.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw Unreachable.error(kafka.settings(), e.getCause());
        } catch (TimeoutException e) {
            throw Unreachable.error(kafka.settings(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted while writing the version of the log", e);
        }
    }

    private void readToEnd() {
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        long end = consumer.endOffsets(List.of(partition), ANSWER).get(partition);
        while (consumer.position(partition, ANSWER) < end) {
            poll();
        }
    }

    private void follow() {
        try (var _ = KafkaClients.closing(consumer)) {
            while (!closed) {
                poll();
            }
        } catch (WakeupException e) {
            if (!closed) {
                log.error("unexpected wakeup of the reader of the log's version", e);
            }
        } catch (KafkaException e) {
            log.error("this node no longer follows the version of the log; restart it", e);
        }
    }

    private void poll() {
        consumer.poll(POLL).forEach(record -> {
            if (LogVersion.KEY.equals(record.key()) && record.value() instanceof LogVersion version) {
                read(version);
            }
        });
    }

    private void read(LogVersion version) {
        if (newest != null && version.version() <= newest.version()) {
            return;
        }
        newest = version;
        LogVersions.raiseTo(version.version());
        problem().ifPresentOrElse(log::error,
                () -> log.info("version {} of the log is final, this node writes it", version.version()));
    }

    private Optional<String> problem() {
        LogVersion version = newest;
        return version == null || version.version() <= LogVersions.newest()
                ? Optional.empty()
                : Optional.of("version " + version.version() + " of the log is final since release " + version.release()
                        + "; this release, " + release + ", reads up to version " + LogVersions.newest()
                        + ": start release "
                        + version.release() + " or later");
    }

    /**
     * Returns the readiness check {@code log-version}, which is down once a version is final that this release cannot
     * read.
     */
    public HealthCheck check() {
        return new HealthCheck("log-version", () -> problem().map(HealthCheck.Status::down)
                .orElseGet(() -> HealthCheck.Status.up("writes version " + LogVersions.written())));
    }

    /** Stops following the version, and waits up to 20 s for the thread. */
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
