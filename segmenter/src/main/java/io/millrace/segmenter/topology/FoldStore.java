package io.millrace.segmenter.topology;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;

/**
 * The state of a task: its {@link PartitionFold}, written to an in-memory store with a changelog at each commit.
 *
 * <p>This class presents itself as a cached store because Kafka Streams calls {@link #flushCache} at the right moment
 * of a commit: before it flushes the producer and commits the offsets. ({@link StateStore#commit} comes after both, so
 * a state written there could be lost although the offsets are committed.) A state in the changelog therefore implies
 * that all outputs of the previous commit are acknowledged, and it contains the outputs since then.
 *
 * <p>Confined to the stream thread of its task.
 */
final class FoldStore implements StateStore, CachedStateStore<String, byte[]> {
    static final String NAME = "folds";

    private final KeyValueStore<String, byte[]> states;
    private final Supplier<PartitionFold> folds;
    private PartitionFold fold;

    private FoldStore(KeyValueStore<String, byte[]> states, Supplier<PartitionFold> folds) {
        this.states = states;
        this.folds = folds;
    }

    static StoreBuilder<FoldStore> builder(Supplier<PartitionFold> folds, Map<String, String> changelog) {
        return new Builder(Stores
                .keyValueStoreBuilder(Stores.inMemoryKeyValueStore(NAME), Serdes.String(), Serdes.ByteArray())
                .withLoggingEnabled(changelog).withCachingDisabled(), folds);
    }

    /** Loads the restored state. Returns the outputs to repeat before any new output. */
    List<Output> load() {
        fold = folds.get();
        Map<String, byte[]> restored = new HashMap<>();
        try (KeyValueIterator<String, byte[]> all = states.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> entry = all.next();
                restored.put(entry.key, entry.value);
            }
        }
        return fold.resume(restored);
    }

    /** Puts the given changelog into the store, then does the same as {@link #load}. */
    List<Output> restore(Map<String, byte[]> changelog) {
        changelog.forEach(states::put);
        return load();
    }

    PartitionFold fold() {
        return fold;
    }

    @Override
    public void flushCache() {
        if (fold != null) {
            fold.commit(states::put);
        }
    }

    /** The task becomes a standby: from now on another task writes the changelog. */
    @Override
    public void clearCache() {
        fold = null;
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
        states.init(context, root);
    }

    @Override
    public void close() {
        fold = null;
        states.close();
    }

    @Override
    public boolean persistent() {
        return false;
    }

    @Override
    public boolean isOpen() {
        return states.isOpen();
    }

    private record Builder(StoreBuilder<KeyValueStore<String, byte[]>> states,
            Supplier<PartitionFold> folds) implements StoreBuilder<FoldStore> {
        @Override
        public FoldStore build() {
            return new FoldStore(states.build(), folds);
        }

        @Override
        public StoreBuilder<FoldStore> withCachingEnabled() {
            throw new UnsupportedOperationException("FoldStore is its own cache");
        }

        @Override
        public StoreBuilder<FoldStore> withCachingDisabled() {
            return this;
        }

        @Override
        public StoreBuilder<FoldStore> withLoggingEnabled(Map<String, String> config) {
            return new Builder(states.withLoggingEnabled(config), folds);
        }

        @Override
        public StoreBuilder<FoldStore> withLoggingDisabled() {
            return new Builder(states.withLoggingDisabled(), folds);
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
