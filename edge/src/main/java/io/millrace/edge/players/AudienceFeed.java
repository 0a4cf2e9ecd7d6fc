package io.millrace.edge.players;

import io.millrace.edge.log.Tail;
import io.millrace.edge.meters.AudienceMeters;
import io.millrace.platform.FatalError;
import io.millrace.platform.admin.HealthCheck;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.AudienceReport;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogRecord;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Writes the sums of this edge's players to {@code audience}, one record per stream and interval, and reads those of all
 * edges. One thread does both; it is never that of a viewer. A record that Kafka does not accept in time is dropped and
 * counted, since the next one replaces it.
 */
public final class AudienceFeed implements AutoCloseable, Tail.Owner {
    /** How often an edge reports. */
    public static final Duration INTERVAL = Duration.ofSeconds(10);
    /** Memory for records that Kafka has not accepted; further ones are dropped. */
    private static final long BUFFER_BYTES = 4L << 20;
    private static final Duration POLL_LIMIT = Duration.ofSeconds(1);

    private final PlayerReports reports;
    private final AudienceTotals totals;
    private final AudienceMeters meters;
    private final KafkaClients kafka;
    private final String topic;
    private final KafkaProducer<String, byte[]> producer;
    private final Tail tail;
    private final long intervalNanos;
    /** A process that restarts is another edge: the reports of the one before expire. */
    private final String edge = HexFormat.of().toHexDigits(new SecureRandom().nextLong());
    /** The streams about which the newest records have been written. Owned by the thread, as is all below. */
    private Set<String> reported = new HashSet<>();
    private long nextNanos = System.nanoTime();

    /**
     * @param node this process's id, part of Kafka client ids
     * @param interval how often the edge reports
     * @param fatal called if the thread fails
     */
    public AudienceFeed(KafkaClients kafka, String node, PlayerReports reports, Duration interval,
            AudienceMeters meters, FatalError fatal) {
        this.kafka = kafka;
        this.reports = reports;
        this.meters = meters;
        intervalNanos = interval.toNanos();
        totals = new AudienceTotals(intervalNanos);
        topic = kafka.settings().topic(Topic.AUDIENCE);
        // A send does not wait for a broker or for memory: the thread also reads.
        producer = kafka.producer(node + "-edge-audience", BUFFER_BYTES, Map.of(ProducerConfig.MAX_BLOCK_MS_CONFIG, 0));
        var consumer = kafka.follower(node + "-edge-audience");
        List<TopicPartition> partitions = IntStream.range(0, kafka.settings().partitions())
                .mapToObj(p -> kafka.partition(Topic.AUDIENCE, p)).toList();
        tail = new Tail("edge-audience", consumer, consumer, this, fatal,
                interval.compareTo(POLL_LIMIT) < 0 ? interval : POLL_LIMIT);
        partitions.forEach(partition -> tail.execute(() -> tail.follow(partition)));
    }

    /** Starts the thread. Call once. */
    public void start() {
        tail.start();
    }

    /** Returns the health check of the thread. */
    public HealthCheck check() {
        return new HealthCheck("edge_audience", () -> tail.isAlive()
                ? HealthCheck.Status.up("reads the log")
                : HealthCheck.Status.down("its thread has ended"));
    }

    /** Returns the sums of all edges. */
    public AudienceTotals totals() {
        return totals;
    }

    @Override
    public void records(List<ConsumerRecord<String, LogRecord>> records) {
        for (ConsumerRecord<String, LogRecord> record : records) {
            // Others are damaged, or of a newer release.
            if (record.value() instanceof AudienceReport report) {
                totals.put(report, System.nanoTime());
            }
        }
    }

    @Override
    public void tick() {
        long now = System.nanoTime();
        totals.expire(now);
        if (now - nextNanos < 0) {
            return;
        }
        nextNanos = now + intervalNanos;
        meters.show(show(reports.all()));
        Map<String, StreamAudience> byStream = reports.byStream();
        reported.removeAll(byStream.keySet());
        // Says once that the last player has left.
        reported.forEach(stream -> write(stream, new StreamAudience()));
        byStream.forEach(this::write);
        reported = new HashSet<>(byStream.keySet());
    }

    private void write(String stream, StreamAudience audience) {
        byte[] value = LogCodec.encode(audience.report(stream, edge, System.currentTimeMillis()));
        producer.send(new ProducerRecord<>(topic, kafka.partitionOf(stream), stream, value), (_, failure) -> {
            if (failure != null) {
                meters.unwritten();
            }
        });
    }

    private static AudienceMeters.Shown show(StreamAudience all) {
        return new AudienceMeters.Shown(all.players(), all.stalledPlayers(), quantiles(all.startDelayMs()),
                quantiles(all.latencyMs()), quantiles(all.bitrateKbps()), quantiles(all.bufferMs()));
    }

    private static AudienceMeters.Quantiles quantiles(StreamAudience.Quantiles of) {
        return of == null ? AudienceMeters.Quantiles.NONE : new AudienceMeters.Quantiles(of.p50(), of.p95());
    }

    @Override
    public void close() {
        tail.close();
        producer.close(Duration.ZERO);
    }
}
