package io.millrace.segmenter.topology;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The contract of a store, tried with Kafka's own stores and with ours, so that an upgrade of Kafka Streams that changes
 * it fails here. Kafka Streams runs without a broker and commits after every record.
 */
class CommitStoreTest {
    private static final String NAME = "tested";
    private static final byte[] ONE = "1".getBytes(StandardCharsets.UTF_8);
    private static final byte[] TWO = "2".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    enum Kind {
        IN_MEMORY(false), PERSISTENT(true), OURS(false);

        final boolean persistent;

        Kind(boolean persistent) {
            this.persistent = persistent;
        }

        StoreBuilder<? extends StateStore> builder() {
            return switch (this) {
                case IN_MEMORY -> kafkas(Stores.inMemoryKeyValueStore(NAME));
                case PERSISTENT -> kafkas(Stores.persistentKeyValueStore(NAME));
                case OURS -> CommitStore.builder(NAME, Map.of());
            };
        }

        private static StoreBuilder<KeyValueStore<String, byte[]>> kafkas(KeyValueBytesStoreSupplier supplier) {
            return Stores.keyValueStoreBuilder(supplier, Serdes.String(), Serdes.ByteArray()).withCachingDisabled()
                    .withLoggingEnabled(Map.of());
        }
    }

    /** Puts the value of each record, or deletes the key for an empty one. */
    private static final class Writer implements Processor<String, String, Void, Void> {
        private StateStore store;

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            store = context.getStateStore(NAME);
        }

        @Override
        public void process(Record<String, String> record) {
            byte[] value = record.value().isEmpty() ? null : record.value().getBytes(StandardCharsets.UTF_8);
            put(store, record.key(), value);
        }
    }

    @SuppressWarnings("unchecked")
    private static void put(StateStore store, String key, byte[] value) {
        if (store instanceof CommitStore ours) {
            ours.put(key, value);
        } else {
            ((KeyValueStore<String, byte[]>) store).put(key, value);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> contents(StateStore store) {
        Map<String, String> contents = new TreeMap<>();
        if (store instanceof CommitStore ours) {
            ours.contents().forEach((key, value) -> contents.put(key, text(value)));
            return contents;
        }
        try (KeyValueIterator<String, byte[]> all = ((KeyValueStore<String, byte[]>) store).all()) {
            all.forEachRemaining(entry -> contents.put(entry.key, text(entry.value)));
        }
        return contents;
    }

    private static String text(byte[] value) {
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }

    private final class Run implements AutoCloseable {
        final TopologyTestDriver driver;
        final TestInputTopic<String, String> in;
        final TestOutputTopic<String, String> changelog;
        final StateStore store;

        Run(Kind kind) {
            Properties config = new Properties();
            config.put(StreamsConfig.APPLICATION_ID_CONFIG, "t");
            config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
            config.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
            Topology topology = new Topology().addSource("in", new StringDeserializer(), new StringDeserializer(), "in")
                    .addProcessor("writer", Writer::new, "in").addStateStore(kind.builder(), "writer");
            driver = new TopologyTestDriver(topology, config);
            in = driver.createInputTopic("in", new StringSerializer(), new StringSerializer());
            changelog = driver.createOutputTopic("t-" + NAME + "-changelog", new StringDeserializer(),
                    new StringDeserializer());
            store = driver.getAllStateStores().get(NAME);
        }

        @Override
        public void close() {
            driver.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsNewestValuesAndLogsEachChange(Kind kind) {
        try (Run run = new Run(kind)) {
            run.in.pipeInput("b", "1");
            run.in.pipeInput("a", "1");
            run.in.pipeInput("b", "2");
            run.in.pipeInput("c", "1");
            run.in.pipeInput("a", "");
            run.in.pipeInput("unknown", "");

            assertThat(contents(run.store)).isEqualTo(Map.of("b", "2", "c", "1"));
            assertThat(run.changelog.readKeyValuesToList()).containsExactly(new KeyValue<>("b", "1"),
                    new KeyValue<>("a", "1"), new KeyValue<>("b", "2"), new KeyValue<>("c", "1"),
                    new KeyValue<>("a", null), new KeyValue<>("unknown", null));
        }
    }

    @ParameterizedTest
    @EnumSource
    void isOpenUntilClosed(Kind kind) {
        StateStore store;
        try (Run run = new Run(kind)) {
            store = run.store;
            assertThat(store.name()).isEqualTo(NAME);
            assertThat(store.persistent()).isEqualTo(kind.persistent);
            assertThat(store.isOpen()).isTrue();
        }
        assertThat(store.isOpen()).isFalse();
    }

    /** The position is that of the newest record which changed the store. */
    @ParameterizedTest
    @EnumSource
    void knowsPositionOfNewestRecord(Kind kind) {
        try (Run run = new Run(kind)) {
            assertThat(run.store.getPosition().isEmpty()).isTrue();
            run.in.pipeInput("a", "1");
            run.in.pipeInput("b", "1");
            assertThat(run.store.getPosition()).isEqualTo(Position.emptyPosition().withComponent("in", 0, 1));
        }
    }

    @Test
    void callsOwnerOnceInEachCommit() {
        try (Run run = new Run(Kind.OURS)) {
            List<Map<String, String>> before = new ArrayList<>();
            ((CommitStore) run.store).atCommit(put -> {
                before.add(contents(run.store));
                put.accept("state", before.size() == 1 ? ONE : TWO);
                put.accept("gone", null);
            });
            run.in.pipeInput("a", "1");
            run.in.pipeInput("b", "1");

            assertThat(before).as("after the record").containsExactly(Map.of("a", "1"),
                    Map.of("a", "1", "b", "1", "state", "1"));
            assertThat(run.changelog.readKeyValuesToList()).containsExactly(new KeyValue<>("a", "1"),
                    new KeyValue<>("state", "1"), new KeyValue<>("gone", null), new KeyValue<>("b", "1"),
                    new KeyValue<>("state", "2"), new KeyValue<>("gone", null));
        }
    }

    /** As a standby, or closed, it must not write: the changelog belongs to another task. */
    @Test
    void doesNotCallOwnerAsStandbyOrClosed() {
        Map<String, Integer> calls = new HashMap<>();
        try (Run run = new Run(Kind.OURS)) {
            CommitStore store = (CommitStore) run.store;
            store.atCommit(_ -> calls.merge("first", 1, Integer::sum));
            store.clearCache();
            run.in.pipeInput("a", "1");
            store.atCommit(_ -> calls.merge("second", 1, Integer::sum));
            store.close();
            store.flushCache();
        }
        assertThat(calls).isEmpty();
    }
}
