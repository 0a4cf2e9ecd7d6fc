package io.millrace.edge.log;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.EdgeNode;
import io.millrace.platform.log.LogCodec;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Announces this edge in {@code nodes}, so that every node can list it. Only operators read that, so an announcement that
 * Kafka does not take is not repeated before the next one is due. Owns a thread.
 */
public final class EdgeAnnouncer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EdgeAnnouncer.class);
    private static final long BUFFER_BYTES = 1 << 20;
    /** How long a send may wait until the partitions of the topic are known. */
    private static final int BLOCK_MS = 1_000;

    private final KafkaClients kafka;
    private final String node;
    private final IntSupplier viewers;
    private final KafkaProducer<String, byte[]> producer;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("edge-announcer").daemon().factory());
    private volatile boolean isRefused;

    private EdgeAnnouncer(KafkaClients kafka, String node, IntSupplier viewers) {
        this.kafka = kafka;
        this.node = node;
        this.viewers = viewers;
        producer = kafka.producer(node + "-edge-announcer", BUFFER_BYTES,
                Map.of(ProducerConfig.MAX_BLOCK_MS_CONFIG, BLOCK_MS));
    }

    /**
     * Announces the edge until it is closed.
     *
     * @param node name of this node
     * @param viewers returns the current number of viewers; called on a thread of this object
     */
    public static EdgeAnnouncer start(KafkaClients kafka, String node, IntSupplier viewers) {
        var announcer = new EdgeAnnouncer(kafka, node, viewers);
        announcer.timer.scheduleWithFixedDelay(announcer::announce, 0, EdgeNode.REPEATED.toMillis(),
                TimeUnit.MILLISECONDS);
        return announcer;
    }

    private void announce() {
        send(LogCodec.encode(new EdgeNode(node, viewers.getAsInt())));
    }

    private void send(byte[] value) {
        String key = EdgeNode.key(node);
        try {
            producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.NODES), kafka.partitionOf(key), key, value),
                    (_, failure) -> done(failure));
        } catch (KafkaException e) {
            done(e);
        }
    }

    private void done(Exception failure) {
        if (failure != null && !isRefused) {
            LOG.info("Kafka has not taken the announcement of this edge, which is missing in /api/v1/stages: {}",
                    failure.getMessage());
        }
        isRefused = failure != null;
    }

    /** Withdraws the announcement. Blocks for up to three seconds; further calls have no effect. */
    @Override
    public void close() {
        if (timer.isShutdown()) {
            return;
        }
        timer.close();
        send(null);
        producer.close(Duration.ofSeconds(1));
    }
}
