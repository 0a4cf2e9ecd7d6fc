package io.millrace.segmenter.topology;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;

/**
 * An in-memory store with a changelog. The owner of the store writes the states at the start of each commit.
 *
 * <p>The only class that uses an internal interface of Kafka Streams. The store presents itself as a cached store,
 * because Kafka Streams calls {@link #flushCache} before it flushes the producer and commits the offsets.
 * ({@link StateStore#commit} comes after both, so a state written there could be lost although the offsets are
 * committed.) A state in the changelog therefore implies that all outputs of the previous commit are acknowledged.
 * {@code CommitStoreTest} and {@code CommitOrderTest} fail if an upgrade changes this.
 *
 * <p>Confined to the stream thread of its task.
 */
final class CommitStore implements StateStore, CachedStateStore<String, byte[]> {
    private final KeyValueStore<String, byte[]> states;
    /** Writes the states; null while there is nothing to write. */
    private Consumer<BiConsumer<String, byte[]>> owner;

    private CommitStore(KeyValueStore<String, byte[]> states) {
        this.states = states;
    }

    static StoreBuilder<CommitStore> builder(String name, Map<String, String> changelog) {
        return new Builder(Stores
                .keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
                .withLoggingEnabled(changelog).withCachingDisabled());
    }

    /** Returns the states by key; after a restoration, those of the changelog. */
    Map<String, byte[]> contents() {
        Map<String, byte[]> contents = new HashMap<>();
        try (KeyValueIterator<String, byte[]> all = states.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> entry = all.next();
                contents.put(entry.key, entry.value);
            }
        }
        return contents;
    }

    /** Writes a state and its changelog record; null deletes the state. */
    void put(String key, byte[] state) {
        states.put(key, state);
    }

    /**
     * Sets the writer, which is called at the start of each commit until the task is closed or becomes a standby.
     *
     * @param writer receives a function that works like {@link #put}
     */
    void atCommit(Consumer<BiConsumer<String, byte[]>> writer) {
        owner = writer;
    }

    @Override
    public void flushCache() {
        if (owner != null) {
            owner.accept(this::put);
        }
    }

    /** Called when the task becomes a standby: from now on another task writes the changelog. */
    @Override
    public void clearCache() {
        owner = null;
    }

    @Override
    public boolean setFlushListener(CacheFlushListener<String, byte[]> listener, boolean sendOldValues) {
        return false;
    }

    @Override
    public String name() {
        return states.name();
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        owner = null;
        states.init(context, root);
    }

    @Override
    public void commit(Map<TopicPartition, Long> changelogOffsets) {
        states.commit(changelogOffsets);
    }

    @Override
    public <R> QueryResult<R> query(Query<R> query, PositionBound bound, QueryConfig config) {
        return states.query(query, bound, config);
    }

    @Override
    public Position getPosition() {
        return states.getPosition();
    }

    @Override
    public void close() {
        owner = null;
        states.close();
    }

    @Override
    public boolean persistent() {
        return states.persistent();
    }

    @Override
    public boolean isOpen() {
        return states.isOpen();
    }

    private record Builder(StoreBuilder<KeyValueStore<String, byte[]>> states) implements StoreBuilder<CommitStore> {
        @Override
        public CommitStore build() {
            return new CommitStore(states.build());
        }

        @Override
        public StoreBuilder<CommitStore> withCachingEnabled() {
            throw new UnsupportedOperationException("CommitStore is its own cache");
        }

        @Override
        public StoreBuilder<CommitStore> withCachingDisabled() {
            return this;
        }

        @Override
        public StoreBuilder<CommitStore> withLoggingEnabled(Map<String, String> config) {
            return new Builder(states.withLoggingEnabled(config));
        }

        @Override
        public StoreBuilder<CommitStore> withLoggingDisabled() {
            return new Builder(states.withLoggingDisabled());
        }

        @Override
        public Map<String, String> logConfig() {
            return states.logConfig();
        }

        @Override
        public boolean loggingEnabled() {
            return states.loggingEnabled();
        }

        @Override
        public String name() {
            return states.name();
        }
    }
}
