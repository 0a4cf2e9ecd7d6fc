package io.millrace.segmenter;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.millrace.platform.FatalError;
import io.millrace.platform.UserError;
import io.millrace.platform.admin.HealthCheck;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Timeouts;
import io.millrace.segmenter.meters.SegmenterMeters;
import io.millrace.segmenter.topology.CommittedPositions;
import io.millrace.segmenter.topology.PacketsReader;
import io.millrace.segmenter.topology.SegmenterTopology;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the Kafka Streams application that cuts every stream in the log. Delivery is at least once: a successor repeats
 * outputs that its predecessor may have lost, and readers ignore a record whose identity they have already read.
 *
 * <p>Thread-safe. A stream thread that fails is replaced, but after several failures within a minute the process ends.
 */
public final class SegmenterService implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);
    /**
     * How long the consumer waits for records before housekeeping. This affects only the delay of commits and of
     * repeated outputs. Each round of an idle thread takes a few hundred microseconds.
     */
    private static final int POLL_MS = 200;
    /**
     * Time after which the group takes a thread's partitions away if it does not poll. Damaged states are rebuilt from
     * all retained packets between two polls.
     */
    private static final int LONGEST_REBUILD_MS = 30 * 60 * 1_000;
    /** Interval between two attempts to join the group while a topic is missing. */
    private static final long MISSING_TOPIC_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Logger log = LoggerFactory.getLogger(SegmenterService.class);

    private final KafkaStreams streams;
    private final StreamsClients clients;
    private final KafkaStreamsMetrics clientMeters;

    private SegmenterService(KafkaStreams streams, StreamsClients clients, MeterRegistry meters) {
        this.streams = streams;
        this.clients = clients;
        this.clientMeters = new KafkaStreamsMetrics(streams);
        clientMeters.bindTo(meters);
    }

    /**
     * Starts the segmenter. Blocks until its partitions are assigned and their states are restored.
     *
     * @throws UserError if this takes longer than 60 s, or if Kafka Streams fails
     */
    public static SegmenterService start(SegmenterSettings settings, KafkaClients kafka, MeterRegistry meters,
            FatalError fatal) {
        CommittedPositions committed = new CommittedPositions();
        StreamsClients clients = new StreamsClients();
        KafkaStreams streams = new KafkaStreams(
                SegmenterTopology.build(kafka.settings(), new SegmenterMeters(meters), committed,
                        new PacketsReader(kafka, kafka.settings().group(settings.applicationId()) + "-packets"),
                        clients::sent),
                properties(settings, kafka, committed), clients);
        CountDownLatch settled = new CountDownLatch(1);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        ThreadDeaths deaths = new ThreadDeaths(System::nanoTime);
        streams.setUncaughtExceptionHandler(e -> {
            if (settled.getCount() > 0) {
                failure.set(e);
                settled.countDown();
                return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
            }
            if (isTopicMissing(e)) {
                log.warn("the segmenter waits for its topics: {}", e.getMessage());
                LockSupport.parkNanos(MISSING_TOPIC_NANOS);
                return StreamThreadExceptionResponse.REPLACE_THREAD;
            }
            if (deaths.isTooMany()) {
                fatal.fatal("the segmenter's stream threads keep failing", e);
                return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
            }
            log.warn("a stream thread of the segmenter failed and is being replaced", e);
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
        streams.setStateListener((now, before) -> {
            if (now == KafkaStreams.State.RUNNING) {
                settled.countDown();
            }
        });
        streams.start();
        try {
            await(streams, settled, failure, kafka);
        } catch (UserError e) {
            clients.close();
            throw e;
        }
        return new SegmenterService(streams, clients, meters);
    }

    /**
     * Returns whether a topic is missing because an operator has deleted it. The stages continue when it has been
     * created again.
     */
    private static boolean isTopicMissing(Throwable e) {
        return e instanceof MissingSourceTopicException || e.getCause() instanceof MissingSourceTopicException;
    }

    private static void await(KafkaStreams streams, CountDownLatch settled, AtomicReference<Throwable> failure,
            KafkaClients kafka) {
        String where = kafka.settings().bootstrapServers();
        try {
            if (!settled.await(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                streams.close(CLOSE_LIMIT);
                throw new UserError("Kafka at " + where + " assigned no partitions to the segmenter within "
                        + START_LIMIT.toSeconds() + " s; check that the group coordinator is available");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            streams.close(CLOSE_LIMIT);
            throw new UserError("interrupted while starting the segmenter", e);
        }
        if (failure.get() != null) {
            streams.close(CLOSE_LIMIT);
            throw new UserError("the segmenter cannot start with Kafka at " + where + ": "
                    + failure.get().getMessage(), failure.get());
        }
    }

    /** Returns the properties of Kafka Streams, which are set nowhere else. */
    static Properties properties(SegmenterSettings settings, KafkaClients kafka, CommittedPositions committed) {
        String id = kafka.settings().group(settings.applicationId());
        Properties all = new Properties();
        kafka.producerConfig(id).forEach((name, value) -> all.put(StreamsConfig.producerPrefix(name), value));
        StreamsClients.producerConfig().forEach((name, value) -> all.put(StreamsConfig.producerPrefix(name), value));
        kafka.consumerConfig(id).forEach((name, value) -> all.put(StreamsConfig.consumerPrefix(name), value));
        Map<String, Object> watched = new HashMap<>(kafka.stopped().config());
        watched.putAll(committed.config(watched.get(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG)));
        watched.forEach((name, value) -> all.put(StreamsConfig.mainConsumerPrefix(name), value));
        // Kafka Streams commits by itself, and warns if this is set.
        all.remove(StreamsConfig.consumerPrefix(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG));
        all.putAll(kafka.settings().client());
        all.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.settings().bootstrapServers());
        all.put(StreamsConfig.APPLICATION_ID_CONFIG, id);
        all.put(StreamsConfig.STATE_DIR_CONFIG, settings.stateDir().toString());
        all.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
        // The classic protocol fails over after the session timeout, and needs no broker configuration.
        all.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, "classic");
        all.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, settings.standbyReplicas());
        all.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, settings.commitIntervalMs());
        all.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        all.put(StreamsConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        all.put(StreamsConfig.POLL_MS_CONFIG, POLL_MS);
        // A task has one partition of one topic, so it need not look for records of others before each record.
        all.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
        all.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, settings.replicas().count());
        all.put(StreamsConfig.topicPrefix(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG),
                String.valueOf(settings.replicas().minInSync()));
        all.put(StreamsConfig.producerPrefix(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG),
                Timeouts.PATIENT_DELIVERY_MS);
        all.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG), LONGEST_REBUILD_MS);
        all.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        kafka.groupTimes().under(kafka.settings().client())
                .forEach((name, value) -> all.put(StreamsConfig.consumerPrefix(name), value));
        // States are small and are restored within a second, so a new node gets its share at once instead of after ten
        // minutes of warm-up.
        all.put(StreamsConfig.ACCEPTABLE_RECOVERY_LAG_CONFIG, Long.MAX_VALUE);
        return all;
    }

    /**
     * Returns the health check, which is up while the stream thread runs, and down during rebalances and state
     * restoration and after a failure.
     */
    public List<HealthCheck> checks() {
        return List.of(new HealthCheck("segmenter", () -> {
            KafkaStreams.State state = streams.state();
            String word = state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
            return state == KafkaStreams.State.RUNNING ? HealthCheck.Status.up(word) : HealthCheck.Status.down(word);
        }));
    }

    /**
     * Commits and leaves the group, so that other nodes take over without waiting for a timeout. Blocks for at most
     * about 10 s.
     */
    @Override
    public void close() {
        clientMeters.close();
        streams.close(CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
                .withTimeout(CLOSE_LIMIT));
        clients.close();
    }
}
