package io.millrace.platform.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.millrace.platform.log.LogRecord;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;

/**
 * Makes Kafka clients that are all set up in the same way: nothing is lost (acks=all, idempotent), nothing waits
 * (linger 0, fetch at one byte), and sizes come from {@link Sizes}.
 *
 * <p>Immutable and thread-safe; the clients that it makes follow Kafka's own rules.
 */
public final class KafkaClients {
    /** Metadata of our few topics never goes stale on an idle node, so that no send has to wait for it. */
    private static final long METADATA_KEPT_MS = TimeUnit.DAYS.toMillis(3650);

    private final KafkaSettings settings;
    private final ClientMeters meters;

    /** Clients that nobody measures. */
    public KafkaClients(KafkaSettings settings) {
        this(settings, new CompositeMeterRegistry());
    }

    /** Clients whose own metrics are in {@code registry} from when they are made until they are closed. */
    public KafkaClients(KafkaSettings settings, MeterRegistry registry) {
        this.settings = settings;
        this.meters = new ClientMeters(registry);
    }

    public KafkaSettings settings() {
        return settings;
    }

    public TopicPartition partition(Topic topic, int partition) {
        return new TopicPartition(settings.topic(topic), partition);
    }

    /** The partition of {@code stream} in every topic. */
    public int partitionOf(String stream) {
        return StreamKey.partition(stream, settings.partitions());
    }

    public Admin admin(String clientId) {
        Map<String, Object> config = common(clientId);
        config.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
        config.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, 20_000);
        return Admin.create(config);
    }

    /**
     * An idempotent producer of keys and values that {@code LogCodec} encoded.
     *
     * @param bufferBytes memory for records that are not acknowledged; callers stop well before it is full
     */
    public KafkaProducer<String, byte[]> producer(String clientId, long bufferBytes) {
        return producer(clientId, bufferBytes, Map.of());
    }

    /** A producer that differs from the others in {@code overrides}. */
    public KafkaProducer<String, byte[]> producer(String clientId, long bufferBytes, Map<String, ?> overrides) {
        Map<String, Object> config = producerConfig(clientId);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, bufferBytes);
        config.putAll(overrides);
        return new MeteredProducer(config, meters);
    }

    /** A consumer without a group: its owner assigns partitions and seeks. */
    public KafkaConsumer<String, LogRecord> reader(String clientId) {
        return reader(clientId, Map.of());
    }

    /** A consumer without a group that differs from the others in {@code overrides}. */
    public KafkaConsumer<String, LogRecord> reader(String clientId, Map<String, ?> overrides) {
        Map<String, Object> config = consumerConfig(clientId);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.putAll(overrides);
        return new MeteredConsumer(config, meters);
    }

    /**
     * A consumer without a group that reads a range here and a range there.
     *
     * <p>A consumer asks for what comes next before it hands out what has come. At the end of the log that question is
     * open for as long as the broker may hold a fetch, and the next read, which goes elsewhere, has to wait for its end.
     */
    public KafkaConsumer<String, LogRecord> seeker(String clientId, Map<String, ?> overrides) {
        Map<String, Object> config = new HashMap<>(overrides);
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, Timeouts.SEEKER_FETCH_MS);
        return reader(clientId, config);
    }

    /** Asks the cluster: blocks for a round trip or two. */
    public GroupTimes groupTimes() {
        return GroupTimes.of(this);
    }

    /** A consumer in a group that commits by itself when its owner says so. */
    public KafkaConsumer<String, LogRecord> member(String clientId, String group, Map<String, ?> overrides) {
        Map<String, Object> config = consumerConfig(clientId);
        config.put(ConsumerConfig.GROUP_ID_CONFIG, settings.group(group));
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.putAll(groupTimes().under(settings.client()));
        config.putAll(overrides);
        return new MeteredConsumer(config, meters);
    }

    /** The producer properties themselves, for Kafka Streams, which makes its own clients. */
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

    /** The consumer properties themselves, for Kafka Streams, which makes its own clients. */
    public Map<String, Object> consumerConfig(String clientId) {
        Map<String, Object> config = common(clientId);
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
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
        // Kafka's own sizes, 64 and 128 KB, make a request of many records wait for its receiver several times on its way.
        config.putIfAbsent(CommonClientConfigs.SEND_BUFFER_CONFIG, CommonClientConfigs.SEND_BUFFER_LOWER_BOUND);
        config.putIfAbsent(CommonClientConfigs.RECEIVE_BUFFER_CONFIG, CommonClientConfigs.RECEIVE_BUFFER_LOWER_BOUND);
        config.put(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, "");
        config.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
        // Kafka's default forgets all metadata while no broker answers, and then every send fails: a cluster that is away
        // for a moment would end its publishers instead of slowing them. Who moves a whole cluster to new addresses under
        // running clients passes 'rebootstrap' through.
        config.putIfAbsent(CommonClientConfigs.METADATA_RECOVERY_STRATEGY_CONFIG, MetadataRecoveryStrategy.NONE.name);
        return config;
    }
}
