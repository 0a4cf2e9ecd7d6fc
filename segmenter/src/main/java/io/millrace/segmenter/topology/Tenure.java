package io.millrace.segmenter.topology;

import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.StateSchema;
import io.millrace.platform.log.UnreadableStateException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time for which one task owns a partition. Its states are one record of the changelog, under a key of its own, so an
 * owner that was frozen and replaced overwrites nothing. The next owner takes the record with the greatest position in
 * {@code packets}: states are a pure function of {@code packets} up to that position, whoever wrote them, and the owner
 * that committed last has written a record up to its commit.
 *
 * <p>The records of predecessors are deleted after a commit of this owner's has succeeded. Kafka fences the commits of
 * replaced owners, so only an owner whose own record is at least as new deletes any
 * (docs/decisions/0021-a-stale-owner-changes-nothing.md). Confined to its task.
 */
final class Tenure {
    private static final Logger log = LoggerFactory.getLogger(Tenure.class);
    private static final StateSchema<Written> SCHEMA = new StateSchema<>("PartitionState", Written::write,
            Written::read);
    static final long NONE = -1;

    private final String owner;
    private final LongSupplier committed;
    private final Set<String> predecessors;
    private final Map<String, byte[]> states = new TreeMap<>();
    private final long position;
    private final boolean unreadable;
    private long first = NONE;
    private long written = NONE;

    /** The value of a record. */
    private record Written(long position, Map<String, byte[]> states) {
        void write(Generic g) {
            g.put("position", position).list("streams", List.copyOf(states.entrySet()),
                    (state, s) -> s.put("stream", state.getKey()).put("state", ByteBuffer.wrap(state.getValue())));
        }

        static Written read(Generic g) {
            Map<String, byte[]> states = new TreeMap<>();
            g.list("streams", s -> states.put(s.text("stream"), s.bytes("state").array()));
            return new Written(g.int64("position"), states);
        }
    }

    /**
     * Begins after the predecessors whose records the changelog contains.
     *
     * @param owner key of this owner, different from those of all others
     * @param changelog the records by owner
     * @param committed returns the position in {@code packets} that this process committed last, or less than any offset
     */
    Tenure(String owner, Map<String, byte[]> changelog, LongSupplier committed) {
        this.owner = owner;
        this.committed = committed;
        predecessors = new HashSet<>(changelog.keySet());
        Written newest = new Written(NONE, Map.of());
        boolean damaged = false;
        for (Map.Entry<String, byte[]> record : changelog.entrySet()) {
            try {
                Written next = SCHEMA.decode(ByteBuffer.wrap(record.getValue()));
                newest = next.position() > newest.position() ? next : newest;
            } catch (UnreadableStateException e) {
                log.error("the state of owner {} cannot be read: {}", record.getKey(), e.getMessage());
                damaged = true;
            }
        }
        states.putAll(newest.states());
        position = newest.position();
        unreadable = damaged;
    }

    /** The states of the streams that the predecessor left. */
    Map<String, byte[]> states() {
        return Map.copyOf(states);
    }

    /** Offset in {@code packets} of the newest record that {@link #states} contain, -1 without a predecessor. */
    long position() {
        return position;
    }

    /** Whether the changelog contains a record that could not be read. */
    boolean isUnreadable() {
        return unreadable;
    }

    /** Writes the states at a commit, if this owner has processed a record since the last one. */
    void commit(PartitionFold fold, BiConsumer<String, byte[]> put) {
        if (fold.position() == written) {
            return;
        }
        first = first == NONE ? fold.firstPosition() : first;
        if (written != NONE && committed.getAsLong() > first) {
            predecessors.forEach(predecessor -> put.accept(predecessor, null));
            predecessors.clear();
        }
        fold.commit((stream, state) -> {
            if (state == null) {
                states.remove(stream);
            } else {
                states.put(stream, state);
            }
        });
        written = fold.position();
        put.accept(owner, SCHEMA.encode(new Written(written, states)));
    }
}
