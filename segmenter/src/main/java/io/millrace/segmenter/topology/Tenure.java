package io.millrace.segmenter.topology;

import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.StateSchema;
import io.millrace.platform.log.UnreadableStateException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time for which one task, the owner, owns a partition. Each owner writes its states to the changelog as a snapshot
 * under keys of its own, so an owner that was frozen and replaced overwrites nothing. The next owner takes the complete
 * snapshot with the greatest position in {@code packets}, among those taken after the newest loss of records: states
 * are a pure function of {@code packets} up to that position, whichever owner wrote them, and the owner that committed
 * last has written a snapshot up to the committed position.
 *
 * <p>A snapshot is one record, or several if the states are large. Commits write to two slots in turn, so the previous
 * snapshot is complete while the next one is written. This owner deletes the snapshots of its predecessors after one of
 * its own commits has succeeded. Kafka fences the commits of replaced owners, so only an owner whose own snapshot is
 * newer deletes any (docs/decisions/0021-a-stale-owner-changes-nothing.md). Keys are {@code OWNER/SLOT/CHUNK}. Confined
 * to its task.
 */
final class Tenure {
    private static final Logger log = LoggerFactory.getLogger(Tenure.class);
    private static final StateSchema<Chunk> SCHEMA = new StateSchema<>("PartitionState", Chunk::write,
            Chunk::read);
    static final long NONE = -1;
    /** A snapshot continues in another record when the states in a record have reached this size. */
    static final int CHUNK_BYTES = 1 << 20;
    private static final int SLOTS = 2;

    private final String owner;
    private final LongSupplier committed;
    /** Keys of the predecessors' records in the changelog. */
    private final Set<String> predecessors;
    /** The states by stream, as of the newest commit. */
    private final Map<String, byte[]> states = new TreeMap<>();
    /** Place of the snapshot that was loaded. */
    private final Place place;
    /** See {@link #newest()}. */
    private final LogMark newest;
    private final boolean unreadable;
    /** Offset in {@code packets} of the first record that this owner has processed. */
    private long first = NONE;
    /** Place of the newest snapshot that this owner has written. */
    private Place written = Place.NOWHERE;
    /** Slot of the next snapshot, from 0. */
    private int slot;

    /**
     * The point in {@code packets} up to which a snapshot was taken. Offsets are used again after the log has lost
     * records, so positions with different {@code losses} are not comparable.
     *
     * @param losses how often the log had lost records
     * @param position offset of the newest record in the snapshot
     */
    private record Place(int losses, long position) implements Comparable<Place> {
        static final Place NOWHERE = new Place(0, NONE);

        @Override
        public int compareTo(Place other) {
            return losses == other.losses
                    ? Long.compare(position, other.position)
                    : Integer.compare(losses, other.losses);
        }
    }

    /**
     * The value of a record of the changelog, which is one of the records of a snapshot.
     *
     * @param place the same in all chunks of a snapshot
     * @param newest the mark of the newest record in the snapshot, by which a loss of records is detected
     * @param number from 0
     * @param count number of chunks in the snapshot
     * @param states by stream
     */
    private record Chunk(Place place, LogMark newest, int number, int count, Map<String, byte[]> states) {
        void write(Generic g) {
            g.put("position", place.position()).put("losses", place.losses()).put("newestOffset", newest.offset())
                    .put("newestCheck", newest.check()).put("chunk", number).put("chunks", count).list("streams",
                            List.copyOf(states.entrySet()),
                            (state, s) -> s.put("stream", state.getKey()).put("state",
                                    ByteBuffer.wrap(state.getValue())));
        }

        static Chunk read(Generic g) {
            Map<String, byte[]> states = new TreeMap<>();
            g.list("streams", s -> states.put(s.text("stream"), s.bytes("state").array()));
            return new Chunk(new Place(g.int32("losses"), g.int64("position")),
                    new LogMark(g.int64("newestOffset"), g.int32("newestCheck")), g.int32("chunk"), g.int32("chunks"),
                    states);
        }
    }

    /**
     * Loads the newest complete snapshot of the predecessors.
     *
     * @param owner key of this owner, different from the keys of all other owners
     * @param changelog the changelog's records, by key
     * @param committed returns the position in {@code packets} that this process committed last; negative before the
     *        first
     */
    Tenure(String owner, Map<String, byte[]> changelog, LongSupplier committed) {
        this.owner = owner;
        this.committed = committed;
        predecessors = new HashSet<>(changelog.keySet());
        Map<String, List<Chunk>> slots = new HashMap<>();
        boolean damaged = false;
        for (Map.Entry<String, byte[]> record : changelog.entrySet()) {
            try {
                Chunk chunk = SCHEMA.decode(ByteBuffer.wrap(record.getValue()));
                String key = record.getKey();
                slots.computeIfAbsent(key.substring(0, key.lastIndexOf('/') + 1), _ -> new ArrayList<>()).add(chunk);
            } catch (UnreadableStateException e) {
                log.error("the state of owner {} cannot be read: {}", record.getKey(), e.getMessage());
                damaged = true;
            }
        }
        List<Chunk> snapshot = slots.values().stream().flatMap(chunks -> snapshot(chunks).stream())
                .max(Comparator.comparing(chunks -> chunks.getFirst().place())).orElse(List.of());
        snapshot.forEach(chunk -> states.putAll(chunk.states()));
        place = snapshot.isEmpty() ? Place.NOWHERE : snapshot.getFirst().place();
        newest = snapshot.isEmpty() ? null : snapshot.getFirst().newest();
        unreadable = damaged;
    }

    /**
     * Returns the newest snapshot of a slot, or empty if it is incomplete. Chunks of earlier, larger snapshots may
     * remain in the slot and are ignored.
     */
    private static Optional<List<Chunk>> snapshot(List<Chunk> chunks) {
        Place newest = chunks.stream().map(Chunk::place).max(Comparator.naturalOrder()).orElse(Place.NOWHERE);
        List<Chunk> snapshot = chunks.stream().filter(chunk -> chunk.place().equals(newest)).toList();
        return Optional.of(snapshot).filter(all -> all.size() == all.getFirst().count());
    }

    /** Returns the states that the predecessor left, by stream. */
    Map<String, byte[]> states() {
        return Map.copyOf(states);
    }

    /**
     * Returns the offset in {@code packets} of the newest record that {@link #states} contain, -1 without a
     * predecessor.
     */
    long position() {
        return place.position();
    }

    /** Returns the mark of the newest record that {@link #states} contain, null without a predecessor. */
    LogMark newest() {
        return newest;
    }

    /** Returns whether the changelog contained a record that could not be read. */
    boolean isUnreadable() {
        return unreadable;
    }

    /** Writes the states at a commit, if this owner has processed a record since the last commit. */
    void commit(PartitionFold fold, BiConsumer<String, byte[]> put) {
        Place now = new Place(place.losses() + fold.losses(), fold.position());
        if (now.position() == NONE || now.equals(written)) {
            return;
        }
        first = first == NONE ? fold.firstPosition() : first;
        // A commit that covers a record of this owner has succeeded, so the owner had not been replaced at that time.
        if (written != Place.NOWHERE && committed.getAsLong() > first) {
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
        written = now;
        List<Map<String, byte[]>> chunks = chunks();
        for (int i = 0; i < chunks.size(); i++) {
            put.accept(owner + '/' + slot + '/' + i,
                    SCHEMA.encode(new Chunk(now, fold.newest(), i, chunks.size(), chunks.get(i))));
        }
        slot = (slot + 1) % SLOTS;
    }

    private List<Map<String, byte[]>> chunks() {
        List<Map<String, byte[]>> chunks = new ArrayList<>();
        chunks.add(new TreeMap<>());
        long sizeBytes = 0;
        for (Map.Entry<String, byte[]> state : states.entrySet()) {
            if (sizeBytes >= CHUNK_BYTES) {
                chunks.add(new TreeMap<>());
                sizeBytes = 0;
            }
            chunks.getLast().put(state.getKey(), state.getValue());
            sizeBytes += state.getValue().length;
        }
        return chunks;
    }
}
