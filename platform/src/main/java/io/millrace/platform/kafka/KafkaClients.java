package io.millrace.platform.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.UnknownSchema;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Creates Kafka clients with uniform settings for durability (acks=all, idempotence) and low latency (fetch.min.bytes
 * 1, and linger 0 unless {@link AdaptiveLinger} is used); sizes come from {@link Sizes}.
 *
 * <p>Immutable and thread-safe. The clients have the threading rules of Kafka's own classes.
 */
public final class KafkaClients {
    /** Metadata of topics does not expire on an idle node, so that no send has to wait for it. */
    private static final long METADATA_KEPT_MS = TimeUnit.DAYS.toMillis(3650);

    private static final Map<String, ?> QUIET = Map.of(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
            Timeouts.QUIET_FETCH_MS);

    private final KafkaSettings settings;
    private final ClientMeters meters;
    private final StoppedPartitions stopped = new StoppedPartitions();

    /** Creates a factory of clients without metrics. */
    public KafkaClients(KafkaSettings settings) {
        this(settings, new CompositeMeterRegistry());
    }

    /** Creates a factory of clients whose metrics are in {@code registry} until the client is closed. */
    public KafkaClients(KafkaSettings settings, MeterRegistry registry) {
        this.settings = settings;
        this.meters = new ClientMeters(registry);
    }

    public KafkaSettings settings() {
        return settings;
    }

    /** Returns the partitions that the consumers of these clients have stopped reading. */
    public StoppedPartitions stopped() {
        return stopped;
    }

    /** Returns a partition of a topic, under the topic's name on the cluster. */
    public TopicPartition partition(Topic topic, int partition) {
        return new TopicPartition(settings.topic(topic), partition);
    }

    /** Returns the partition of {@code stream}, the same in every topic. */
    public int partitionOf(String stream) {
        return StreamKey.partition(stream, settings.partitions());
    }

    /** Creates an admin client. A request fails after 10 s, a call with its retries after 20 s. */
    public Admin admin(String clientId) {
        Map<String, Object> config = common(clientId);
        config.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
        config.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, 20_000);
        return Admin.create(config);
    }

    /**
     * Creates an idempotent producer of records that {@code LogCodec} has encoded.
     *
     * @param bufferBytes memory for unacknowledged records; a send blocks while it is full, so callers stop sending
     *     well before that
     */
    public KafkaProducer<String, byte[]> producer(String clientId, long bufferBytes) {
        return producer(clientId, bufferBytes, Map.of());
    }

    /** Creates a producer with {@code overrides} of the uniform settings. */
    public KafkaProducer<String, byte[]> producer(String clientId, long bufferBytes, Map<String, ?> overrides) {
        Map<String, Object> config = producerConfig(clientId);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, bufferBytes);
        config.putAll(overrides);
        var values = new MeteredSerializer();
        var producer = new KafkaProducer<>(config, new StringSerializer(), values);
        values.meters(meters.bind(producer));
        return producer;
    }

    /**
     * Creates a consumer without a group, which stops at records of a newer release (see {@link StoppedPartitions}).
     * The caller assigns partitions and seeks.
     */
    public KafkaConsumer<String, LogRecord> reader(String clientId) {
        return reader(clientId, Map.of());
    }

    /** Creates a consumer without a group, with {@code overrides} of the uniform settings. */
    public KafkaConsumer<String, LogRecord> reader(String clientId, Map<String, ?> overrides) {
        Map<String, Object> config = readerConfig(clientId, overrides);
        config.putAll(stopped.config());
        return consumer(config);
    }

    private Map<String, Object> readerConfig(String clientId, Map<String, ?> overrides) {
        Map<String, Object> config = consumerConfig(clientId);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.putAll(overrides);
        return config;
    }

    /**
     * Creates a consumer without a group for reading short ranges at different positions. It returns records of a newer
     * release as {@link UnknownSchema}.
     *
     * <p>A consumer requests the next records before it returns the previous ones. At the end of the log, that request
     * stays open for as long as the broker may hold a fetch, and a read elsewhere has to wait for it. This consumer
     * limits that time to {@link Timeouts#SEEKER_FETCH_MS}.
     */
    public KafkaConsumer<String, LogRecord> seeker(String clientId, Map<String, ?> overrides) {
        Map<String, Object> config = new HashMap<>(overrides);
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, Timeouts.SEEKER_FETCH_MS);
        return consumer(readerConfig(clientId, config));
    }

    /**
     * Creates a consumer without a group that follows a partition with few records. It returns records of a newer
     * release as {@link UnknownSchema}, whereas {@link #reader} stops at them.
     */
    public KafkaConsumer<String, LogRecord> follower(String clientId) {
        return consumer(readerConfig(clientId, QUIET));
    }

    /**
     * Creates a consumer as {@link #reader} does, for topics with few records. All partitions must be assigned from the
     * start: one that is added later would have to wait for the open fetch of the others.
     */
    public KafkaConsumer<String, LogRecord> quietReader(String clientId) {
        return reader(clientId, QUIET);
    }

    /**
     * Returns a resource for a try block that closes a consumer without a group. Unlike {@link KafkaConsumer#close()},
     * which ends a session at the broker, it does not wait until the broker has answered the open fetch.
     */
    public static Closing closing(KafkaConsumer<?, ?> consumer) {
        return () -> consumer.close(CloseOptions.timeout(Duration.ZERO));
    }

    /** A resource that is closed without a checked exception. */
    @FunctionalInterface
    public interface Closing extends AutoCloseable {
        @Override
        void close();
    }

    /** Queries the cluster for the times of consumer groups. Blocks for one or two round trips. */
    public GroupTimes groupTimes() {
        return GroupTimes.of(this);
    }

    /**
     * Creates a consumer in a group, which stops at records of a newer release (see {@link StoppedPartitions}). The
     * caller commits. Queries {@link #groupTimes}, which blocks.
     *
     * @param group name of the group without the prefix
     */
    public KafkaConsumer<String, LogRecord> member(String clientId, String group, Map<String, ?> overrides) {
        Map<String, Object> config = consumerConfig(clientId);
        config.put(ConsumerConfig.GROUP_ID_CONFIG, settings.group(group));
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.putAll(groupTimes().under(settings.client()));
        config.putAll(overrides);
        config.putAll(stopped.config());
        return consumer(config);
    }

    private KafkaConsumer<String, LogRecord> consumer(Map<String, Object> config) {
        var values = new MeteredDeserializer();
        var consumer = new KafkaConsumer<>(config, new StringDeserializer(), values);
        values.meters(meters.bind(consumer));
        return consumer;
    }

    /** Returns the producer properties, for Kafka Streams, which creates its own clients. */
    public Map<String, Object> producerConfig(String clientId) {
        Map<String, Object> config = common(clientId);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Sizes.RECORD_BYTES);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Timeouts.DELIVERY_MS);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Timeouts.REQUEST_MS);
        config.put(ProducerConfig.METADATA_MAX_IDLE_CONFIG, METADATA_KEPT_MS);
        return config;
    }

    /** Returns the consumer properties, for Kafka Streams, which creates its own clients. */
    public Map<String, Object> consumerConfig(String clientId) {
        Map<String, Object> config = common(clientId);
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        // Brokers answer a fetch after QUIET_FETCH_MS at the latest, by default after half a second. With Kafka's
        // default request timeout, 30 s, a broker that does not respond would stall its readers for that time, even
        // though its partitions have other leaders.
        config.putIfAbsent(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, Timeouts.REQUEST_MS);
        config.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1);
        config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, Sizes.FETCH_BYTES);
        config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, Sizes.FETCH_PARTITION_BYTES);
        return config;
    }

    private Map<String, Object> common(String clientId) {
        Map<String, Object> config = new HashMap<>(settings.client());
        config.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        config.put(CommonClientConfigs.CLIENT_ID_CONFIG, clientId);
        config.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, Timeouts.RECONNECT_BACKOFF_MAX_MS);
        config.putIfAbsent(CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, Timeouts.CONNECT_MS);
        config.putIfAbsent(CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG, Timeouts.REQUEST_MS);
        // With Kafka's default buffer sizes, 64 and 128 KB, a request of many records waits for its receiver several
        // times.
        config.putIfAbsent(CommonClientConfigs.SEND_BUFFER_CONFIG, CommonClientConfigs.SEND_BUFFER_LOWER_BOUND);
        config.putIfAbsent(CommonClientConfigs.RECEIVE_BUFFER_CONFIG, CommonClientConfigs.RECEIVE_BUFFER_LOWER_BOUND);
        config.putIfAbsent(CommonClientConfigs.METADATA_MAX_AGE_CONFIG, Timeouts.METADATA_MAX_AGE_MS);
        config.put(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, "");
        config.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
        // By default, a client discards all metadata when no broker is reachable, and then every send fails: a short
        // outage of the cluster would disconnect publishers instead of delaying them. To move a running cluster to new
        // addresses, pass 'rebootstrap' in the client settings.
        config.putIfAbsent(CommonClientConfigs.METADATA_RECOVERY_STRATEGY_CONFIG, MetadataRecoveryStrategy.NONE.name);
        return config;
    }
}
