package io.millrace.ingest.session;

import io.millrace.platform.UserError;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.kafka.Timeouts;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.IngestNode;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.SessionNotice;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ingest's one way into the log: {@code packets}, {@code sessions}, {@code nodes} and tombstones of {@code streams}, in the order of the calls for each partition. Every
 * call returns at once; what became of the record is told on the producer's thread, or on the caller's if it could not
 * even be queued.
 *
 * <p>Thread-safe.
 */
public final class LogWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);
    /** A send that has to wait finds this bound: a bug, since callers keep the buffer from filling. */
    private static final int MAX_BLOCK_MS = 20;
    /**
     * A broker takes one request of a connection at a time. What comes meanwhile is better gathered for the next one than
     * sent behind it in many: nothing waits longer, and both ends have fewer to deal with.
     */
    private static final int IN_FLIGHT = 1;
    /** What two event loops read in one tick has been handed over after this time. */
    private static final int LINGER_MS = 2;
    private static final long METADATA_MS = 30_000;
    private static final long FIRST_SENDS_MS = 3_000;

    /** What became of a record that carries no media. */
    @FunctionalInterface
    public interface Outcome {
        Outcome IGNORED = (_, _) -> {};

        /**
         * @param offset where it is in its partition, -1 if it failed
         * @param failure why it failed, or null
         */
        void done(long offset, Exception failure);
    }

    private final KafkaClients kafka;
    private final KafkaProducer<String, byte[]> producer;
    private final String packetsTopic;
    private final String sessionsTopic;
    private final String nodesTopic;
    private final String streamsTopic;
    private final AdaptiveLinger linger;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong settled = new AtomicLong();
    private volatile long progressNanos = System.nanoTime();

    private LogWriter(KafkaClients kafka, String clientId, KafkaProducer<String, byte[]> producer) {
        this.kafka = kafka;
        this.producer = producer;
        this.linger = new AdaptiveLinger(clientId + "-linger", sent::get, producer::flush);
        this.packetsTopic = kafka.settings().topic(Topic.PACKETS);
        this.sessionsTopic = kafka.settings().topic(Topic.SESSIONS);
        this.nodesTopic = kafka.settings().topic(Topic.NODES);
        this.streamsTopic = kafka.settings().topic(Topic.STREAMS);
    }

    /**
     * Returns when the first send will be as fast as any other.
     *
     * @param bufferBytes memory for what is not acknowledged
     * @param batchBytes of one partition that go in one request
     * @throws UserError if the topics cannot be read
     */
    public static LogWriter start(KafkaClients kafka, String clientId, long bufferBytes, int batchBytes) {
        return start(kafka, clientId, bufferBytes, batchBytes, Timeouts.DELIVERY_MS);
    }

    /** @param deliveryMs a record that is not acknowledged by then has failed */
    public static LogWriter start(KafkaClients kafka, String clientId, long bufferBytes, int batchBytes,
            int deliveryMs) {
        var writer = new LogWriter(kafka, clientId, kafka.producer(clientId, bufferBytes, Map.of(
                ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MS, ProducerConfig.BATCH_SIZE_CONFIG, batchBytes,
                ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, IN_FLIGHT,
                ProducerConfig.LINGER_MS_CONFIG, LINGER_MS, ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, deliveryMs)));
        try {
            writer.fetchMetadata();
            writer.firstSends(clientId);
            return writer;
        } catch (RuntimeException e) {
            writer.close(0);
            throw e;
        }
    }

    /**
     * Puts a record of media into {@code packets}.
     *
     * @param value transferred
     */
    public void media(int partition, String stream, byte[] value, Callback callback) {
        send(new ProducerRecord<>(packetsTopic, partition, stream, value), callback);
    }

    /** Puts a record that is no media into {@code packets}. */
    public void packets(int partition, String stream, PacketsRecord record, Outcome outcome) {
        send(new ProducerRecord<>(packetsTopic, partition, StreamKey.of(stream), LogCodec.encode(record)),
                callback(outcome));
    }

    /** Puts a notice into {@code sessions}. */
    public void notice(SessionNotice notice, Outcome outcome) {
        sessions(notice.stream(), notice.session(), LogCodec.encode(notice), outcome);
    }

    /** Lets {@code sessions} forget a session. */
    public void tombstone(String stream, long session, Outcome outcome) {
        sessions(stream, session, null, outcome);
    }

    /** Announces where encoders reach a node. */
    public void node(IngestNode node, Outcome outcome) {
        nodes(node.node(), LogCodec.encode(node), outcome);
    }

    /** Lets {@code nodes} forget a node that takes no more publishers. */
    public void nodeGone(String node, Outcome outcome) {
        nodes(node, null, outcome);
    }

    /**
     * Lets the directory forget an epoch. The first may fail because the topic's metadata is not there yet, which would cost
     * every start 100 ms.
     */
    public void epochGone(String stream, long epoch, Outcome outcome) {
        send(new ProducerRecord<>(streamsTopic, kafka.partitionOf(stream), StreamKey.of(stream, epoch), null),
                callback(outcome));
    }

    /** For how long nothing was acknowledged although something waits for it; 0 if nothing waits. */
    public long stuckMs() {
        return settled.get() == sent.get()
                ? 0
                : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - progressNanos);
    }

    /** Waits for what was sent, so long at most. */
    public void close(long timeoutMs) {
        linger.close();
        producer.close(Duration.ofMillis(timeoutMs));
    }

    @Override
    public void close() {
        close(0);
    }

    private void sessions(String stream, long session, byte[] value, Outcome outcome) {
        send(new ProducerRecord<>(sessionsTopic, kafka.partitionOf(stream), StreamKey.of(stream, session), value),
                callback(outcome));
    }

    private void nodes(String node, byte[] value, Outcome outcome) {
        send(new ProducerRecord<>(nodesTopic, kafka.partitionOf(node), node, value), callback(outcome));
    }

    private static Callback callback(Outcome outcome) {
        return (metadata, failure) -> outcome.done(failure == null ? metadata.offset() : -1, failure);
    }

    private void send(ProducerRecord<String, byte[]> record, Callback callback) {
        if (sent.getAndIncrement() == settled.get()) {
            progressNanos = System.nanoTime();
        }
        Callback counted = (metadata, failure) -> {
            settled.incrementAndGet();
            if (failure == null) {
                progressNanos = System.nanoTime();
            }
            callback.onCompletion(metadata, failure);
        };
        try {
            producer.send(record, counted);
            linger.added();
        } catch (KafkaException | IllegalStateException e) {
            // Closed, or fenced for good: the record was never queued.
            counted.onCompletion(null, e);
        }
    }

    /** Metadata is fetched topic by topic, 100 ms apart, and that only when a topic is first asked for. */
    private void fetchMetadata() {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(METADATA_MS);
        for (String topic : List.of(packetsTopic, sessionsTopic, nodesTopic)) {
            while (!known(topic)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new UserError("cannot reach Kafka at " + kafka.settings().bootstrapServers()
                            + ": no metadata of topic " + topic + "; check that the broker is up and the topic exists");
                }
            }
        }
    }

    /**
     * Opens the connections, and waits out the leaders of partitions that were just made (their first answer is to try
     * again): a tombstone for each, of a key that no stream has. One that is not answered holds up nobody.
     */
    private void firstSends(String clientId) {
        int partitions = kafka.settings().partitions();
        var answered = new CountDownLatch(partitions);
        for (int partition = 0; partition < partitions; partition++) {
            send(new ProducerRecord<>(sessionsTopic, partition, StreamKey.of(clientId, 0), null),
                    (_, _) -> answered.countDown());
        }
        try {
            if (!answered.await(FIRST_SENDS_MS, TimeUnit.MILLISECONDS)) {
                LOG.warn("not every partition of {} takes records yet", sessionsTopic);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean known(String topic) {
        try {
            return !producer.partitionsFor(topic).isEmpty();
        } catch (TimeoutException e) {
            return false;
        }
    }
}
