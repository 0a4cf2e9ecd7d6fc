package io.millrace.ingest.session;

import io.millrace.platform.UserError;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.kafka.Timeouts;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.IngestNode;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.NodeHeartbeat;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes all records of the ingest stage: {@code packets}, {@code sessions}, {@code nodes}, and expiry in
 * {@code streams} and {@code events}, in the order of the calls for each partition. Every write returns immediately; its outcome is
 * reported on the producer's thread, or on the calling thread if the record could not be queued.
 *
 * <p>Thread-safe.
 */
public final class LogWriter implements SessionLog, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);
    /** How long {@link #start} waits for new partitions to accept records. */
    private static final long FIRST_SENDS_MS = 3_000;
    /** Memory of the heartbeats' producer. */
    private static final long HEARTBEATS_BYTES = 1 << 20;
    private static final int HEARTBEATS_BATCH_BYTES = 16 << 10;

    private final KafkaClients kafka;
    /** For everything except heartbeats and, with several lanes, the records of {@code packets}. */
    private final LogProducer producer;
    private final LogProducer heartbeats;
    /** For {@code packets}, by lane; only {@link #producer} if there is one lane. */
    private final List<LogProducer> media;
    private final Lanes lanes;
    private final String packetsTopic;
    private final String sessionsTopic;
    private final String nodesTopic;

    /**
     * @param producer producer of all other records; closed with the writer
     * @param heartbeats producer of heartbeats; closed with the writer
     * @param media producers of {@code packets}, by lane; closed with the writer
     */
    LogWriter(KafkaClients kafka, LogProducer producer, LogProducer heartbeats, List<LogProducer> media,
            Lanes lanes) {
        this.kafka = kafka;
        this.media = media;
        this.lanes = lanes;
        this.producer = producer;
        this.heartbeats = heartbeats;
        this.packetsTopic = kafka.settings().topic(Topic.PACKETS);
        this.sessionsTopic = kafka.settings().topic(Topic.SESSIONS);
        this.nodesTopic = kafka.settings().topic(Topic.NODES);
    }

    /**
     * Opens a writer. Returns when the first send will be as fast as any other.
     *
     * @param bufferBytes memory of each producer for records that are not acknowledged
     * @param batchBytes batch size: limit of one partition's bytes in one request
     * @throws UserError if the topics cannot be read
     */
    public static LogWriter start(KafkaClients kafka, String clientId, long bufferBytes, int batchBytes) {
        return start(kafka, clientId, bufferBytes, batchBytes, Timeouts.DELIVERY_MS);
    }

    /**
     * Opens a writer with another delivery timeout than the default.
     *
     * @param deliveryMs time after which a record that is not acknowledged has failed
     */
    public static LogWriter start(KafkaClients kafka, String clientId, long bufferBytes, int batchBytes,
            int deliveryMs) {
        List<LogProducer> opened = new ArrayList<>();
        try {
            LogProducer producer = LogProducer.open(kafka, clientId, bufferBytes, batchBytes, deliveryMs);
            opened.add(producer);
            String packets = kafka.settings().topic(Topic.PACKETS);
            String nodes = kafka.settings().topic(Topic.NODES);
            producer.fetchMetadata(List.of(packets, kafka.settings().topic(Topic.SESSIONS), nodes));
            LogProducer heartbeats = LogProducer.open(kafka, clientId + "-heartbeats", HEARTBEATS_BYTES,
                    HEARTBEATS_BATCH_BYTES, deliveryMs);
            opened.add(heartbeats);
            heartbeats.fetchMetadata(List.of(nodes));
            Lanes lanes = Lanes.among(producer.partitions(packets));
            for (int lane = 0; lanes.count() > 1 && lane < lanes.count(); lane++) {
                LogProducer media = LogProducer.open(kafka, clientId + "-media-" + lane, bufferBytes, batchBytes,
                        deliveryMs);
                opened.add(media);
                media.fetchMetadata(List.of(packets));
            }
            List<LogProducer> media = lanes.count() > 1 ? opened.subList(2, opened.size()) : List.of(producer);
            var writer = new LogWriter(kafka, producer, heartbeats, List.copyOf(media), lanes);
            writer.firstSends(clientId);
            return writer;
        } catch (RuntimeException e) {
            opened.forEach(LogProducer::close);
            throw e;
        }
    }

    /**
     * Opens the connections, and waits for at most 3 s until the leaders of new partitions accept records (at first
     * they respond with retriable errors). Sends a tombstone to each partition of {@code sessions}, with a key that no
     * session has. A partition that does not respond does not delay the others.
     */
    private void firstSends(String clientId) {
        int partitions = kafka.settings().partitions();
        var answered = new CountDownLatch(partitions);
        for (int partition = 0; partition < partitions; partition++) {
            producer.send(new ProducerRecord<>(sessionsTopic, partition, StreamKey.of(clientId, 0), null),
                    (_, _) -> answered.countDown());
        }
        try {
            if (!answered.await(FIRST_SENDS_MS, TimeUnit.MILLISECONDS)) {
                LOG.warn("not every partition of {} accepts records yet", sessionsTopic);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void media(int partition, String stream, byte[] value, Callback callback) {
        lane(partition).send(new ProducerRecord<>(packetsTopic, partition, stream, value), callback);
    }

    /**
     * The first call for {@code streams} or {@code events} may fail because the metadata of the topic is not known yet; fetching it in
     * advance would delay every start by 100 ms.
     */
    @Override
    public void write(Topic topic, int partition, String key, byte[] value, Outcome outcome) {
        LogProducer by = topic == Topic.PACKETS ? lane(partition) : producer;
        by.send(new ProducerRecord<>(kafka.settings().topic(topic), partition, key, value), callback(outcome));
    }

    @Override
    public int partitionOf(String stream) {
        return kafka.partitionOf(stream);
    }

    private LogProducer lane(int partition) {
        return media.get(lanes.of().get(partition));
    }

    @Override
    public void heartbeat(NodeHeartbeat heartbeat, Outcome outcome) {
        heartbeats.send(new ProducerRecord<>(nodesTopic, NodeHeartbeat.PARTITION, heartbeat.key(),
                LogCodec.encode(heartbeat)), callback(outcome));
    }

    /** Writes the addresses at which encoders reach a node to {@code nodes}. */
    public void node(IngestNode node, Outcome outcome) {
        write(Topic.NODES, partitionOf(node.node()), node.node(), LogCodec.encode(node), outcome);
    }

    /** Writes the tombstone of a node that accepts no more publishers to {@code nodes}. */
    public void nodeGone(String node, Outcome outcome) {
        write(Topic.NODES, partitionOf(node), node, null, outcome);
    }

    private static Callback callback(Outcome outcome) {
        return (metadata, failure) -> outcome.done(failure == null ? metadata.offset() : -1, failure);
    }

    /** Returns for how long no record was acknowledged although at least one is outstanding, in ms; 0 if none is. */
    public long stuckMs() {
        return Math.max(producer.stuckMs(), media.stream().mapToLong(LogProducer::stuckMs).max().orElse(0));
    }

    /**
     * Closes the writer. Blocks until the sent records are acknowledged, for at most {@code timeoutMs}; does not wait
     * for heartbeats.
     */
    public void close(long timeoutMs) {
        heartbeats.close(0);
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        Stream.concat(media.stream(), Stream.of(producer)).distinct().forEach(each -> each
                .close(Math.max(0, TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime()))));
    }

    @Override
    public void close() {
        close(0);
    }
}
