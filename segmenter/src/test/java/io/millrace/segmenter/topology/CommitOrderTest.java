package io.millrace.segmenter.topology;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.testkit.Patience;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@link CommitStore} relies on in Kafka Streams, on a real broker: the order of a commit, and the restoration of a
 * store from its changelog, which is compared with Kafka's own stores.
 */
@SlowTest
@ExtendWith(SharedBroker.class)
class CommitOrderTest {
    private static final String OURS = "ours";
    private static final String IN_MEMORY = "in-memory";
    private static final String PERSISTENT = "persistent";
    private static final String COMMIT = "commit of ";

    @TempDir
    Path directory;
    /** What the clients of Kafka Streams did, in order. */
    private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();
    /** The contents of all stores at the first record after each start. */
    private final BlockingQueue<Map<String, Map<String, String>>> found = new LinkedBlockingQueue<>();

    /** Puts each record into Kafka's stores at once, and into ours at the commit. */
    private final class Writer implements Processor<String, String, Void, Void> {
        private final Map<String, String> written = new TreeMap<>();
        private CommitStore ours;
        private KeyValueStore<String, byte[]> inMemory;
        private KeyValueStore<String, byte[]> persistent;
        private boolean started;

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            ours = context.getStateStore(OURS);
            inMemory = context.getStateStore(IN_MEMORY);
            persistent = context.getStateStore(PERSISTENT);
        }

        @Override
        public void process(Record<String, String> record) {
            if (!started) {
                started = true;
                found.add(Map.of(OURS, texts(ours.contents()), IN_MEMORY, contents(inMemory), PERSISTENT,
                        contents(persistent)));
                ours.atCommit(put -> {
                    written.forEach((key, value) -> put.accept(key, bytes(value)));
                    written.clear();
                });
            }
            inMemory.put(record.key(), bytes(record.value()));
            persistent.put(record.key(), bytes(record.value()));
            written.put(record.key(), record.value());
        }
    }

    private static byte[] bytes(String value) {
        return value.isEmpty() ? null : value.getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, String> texts(Map<String, byte[]> contents) {
        Map<String, String> texts = new TreeMap<>();
        contents.forEach((key, value) -> texts.put(key, new String(value, StandardCharsets.UTF_8)));
        return texts;
    }

    private static Map<String, String> contents(KeyValueStore<String, byte[]> store) {
        Map<String, byte[]> contents = new TreeMap<>();
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            all.forEachRemaining(entry -> contents.put(entry.key, entry.value));
        }
        return texts(contents);
    }

    /** Kafka's clients, which note what they are asked to do. Only this test replaces their methods. */
    private final class Clients implements KafkaClientSupplier {
        @Override
        public Admin getAdmin(Map<String, Object> config) {
            return Admin.create(config);
        }

        @Override
        public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
            return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()) {
                @Override
                public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
                    if (record.topic().endsWith("-" + OURS + "-changelog")) {
                        calls.add("state");
                    }
                    return super.send(record, callback);
                }

                @Override
                public void flush() {
                    super.flush();
                    calls.add("flushed");
                }
            };
        }

        @Override
        public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
            return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer()) {
                @Override
                public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
                    calls.add(COMMIT + offsets.get(new TopicPartition("commit-order.in", 0)).offset());
                    super.commitSync(offsets);
                }
            };
        }

        @Override
        public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
            return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        }

        @Override
        public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
            throw new UnsupportedOperationException();
        }
    }

    private KafkaStreams start(TestBroker broker, String node) {
        Topology topology = new Topology()
                .addSource("in", new StringDeserializer(), new StringDeserializer(), "commit-order.in")
                .addProcessor("writer", Writer::new, "in")
                .addStateStore(CommitStore.builder(OURS, Map.of()), "writer")
                .addStateStore(Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(IN_MEMORY), Serdes.String(),
                        Serdes.ByteArray()), "writer")
                .addStateStore(Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(PERSISTENT),
                        Serdes.String(), Serdes.ByteArray()), "writer");
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "commit-order");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap());
        config.put(StreamsConfig.STATE_DIR_CONFIG, directory.resolve(node).toString());
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
        config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        config.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        config.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        KafkaStreams streams = new KafkaStreams(topology, config, new Clients());
        streams.start();
        return streams;
    }

    @Test
    void stateIsAcknowledgedBeforeCommitAndRestored(TestBroker broker) throws Exception {
        KafkaClients kafka = broker.clients("commit-order.");
        try (Admin admin = kafka.admin("test")) {
            admin.createTopics(List.of(new NewTopic("commit-order.in", 1, (short) 1))).all().get();
        }
        try (KafkaProducer<String, byte[]> producer = kafka.producer("test", 1 << 20)) {
            send(producer, "a", "1");
            send(producer, "b", "1");
            try (KafkaStreams streams = start(broker, "one")) {
                assertThat(take(found)).isEqualTo(Map.of(OURS, Map.of(), IN_MEMORY, Map.of(), PERSISTENT, Map.of()));
                awaitCommitOfState(2);
                send(producer, "a", "");
                awaitCommitOfState(3);
                // Its successor would otherwise wait until its session times out.
                streams.close(CloseOptions.groupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP)
                        .withTimeout(Duration.ofMillis(Patience.MILLIS)));
            }
            send(producer, "c", "1");
            try (KafkaStreams _ = start(broker, "two")) {
                Map<String, String> restored = Map.of("b", "1");
                assertThat(take(found))
                        .isEqualTo(Map.of(OURS, restored, IN_MEMORY, restored, PERSISTENT, restored));
            }
        }
    }

    private static void send(KafkaProducer<String, byte[]> producer, String key, String value) throws Exception {
        producer.send(new ProducerRecord<>("commit-order.in", key, value.getBytes(StandardCharsets.UTF_8))).get();
    }

    /** Waits for commits until this many records are committed. */
    private void awaitCommitOfState(long records) throws InterruptedException {
        long committed = 0;
        while (committed < records) {
            committed = nextCommitOfState();
        }
    }

    /**
     * Waits for the next commit and returns its offset. Each commit follows a record, so it writes a state, which must be
     * acknowledged first.
     */
    private long nextCommitOfState() throws InterruptedException {
        String call = take(calls);
        while (call.equals("flushed")) {
            call = take(calls);
        }
        assertThat(call).isEqualTo("state");
        while (call.equals("state")) {
            call = take(calls);
        }
        assertThat(call).isEqualTo("flushed");
        String commit = take(calls);
        assertThat(commit).startsWith(COMMIT);
        return Long.parseLong(commit.substring(COMMIT.length()));
    }

    private static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(Patience.MILLIS, TimeUnit.MILLISECONDS);
        assertThat(next).as("within %d ms", Patience.MILLIS).isNotNull();
        return next;
    }
}
