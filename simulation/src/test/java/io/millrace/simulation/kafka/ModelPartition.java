package io.millrace.simulation.kafka;

import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogRecord;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The log of one partition at its leader. Records above the high watermark are not replicated: they cannot be read, and
 * a change of the leader loses them. Confined to one thread.
 */
public final class ModelPartition {
    /** A leader recognizes this many of the newest batches of a producer if they are repeated. */
    private static final int REMEMBERED_BATCHES = 5;

    /** A record in the log. */
    public static final class Stored {
        private final long offset;
        private final Batch.Entry entry;
        private final long appendedAtMs;
        private LogRecord decoded;

        private Stored(long offset, Batch.Entry entry, long appendedAtMs) {
            this.offset = offset;
            this.entry = entry;
            this.appendedAtMs = appendedAtMs;
        }

        public long offset() {
            return offset;
        }

        /** Returns the timestamp of its producer. */
        public long timestampMs() {
            return entry.timestampMs();
        }

        /** Returns the time at which the leader appended it. */
        public long appendedAtMs() {
            return appendedAtMs;
        }

        public String key() {
            return entry.key();
        }

        /** Null for a tombstone. */
        public byte[] value() {
            return entry.value();
        }

        /** Returns the value as every reader of the newest release decodes it, once for all of them; null for a tombstone. */
        public LogRecord decoded() {
            if (decoded == null && entry.value() != null) {
                decoded = LogCodec.decode(ByteBuffer.wrap(NextRelease.read(entry.value())));
            }
            return decoded;
        }
    }

    /** A batch without its records, which compaction does not remove. */
    private record Header(Batch batch, long offset) {
        boolean isRepeatedBy(Batch other) {
            return batch.sequence() == other.sequence() && batch.nextSequence() == other.nextSequence();
        }
    }

    /** The leader's state of a producer: the newest batches of its newest epoch. */
    private static final class Producer {
        private final int epoch;
        private final Deque<Header> batches = new ArrayDeque<>();

        Producer(int epoch) {
            this.epoch = epoch;
        }

        void add(Header header) {
            batches.addLast(header);
            if (batches.size() > REMEMBERED_BATCHES) {
                batches.removeFirst();
            }
        }

        Optional<Header> find(Batch repeated) {
            for (Header header : batches) {
                if (header.isRepeatedBy(repeated)) {
                    return Optional.of(header);
                }
            }
            return Optional.empty();
        }

        int nextSequence() {
            return batches.getLast().batch().nextSequence();
        }
    }

    private final String topic;
    private final int number;
    private final List<Stored> records = new ArrayList<>();
    private final List<Header> headers = new ArrayList<>();
    private final Map<Long, Producer> producers = new HashMap<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private long startOffset;
    private long endOffset;
    private long highWatermark;
    private int leaderEpoch;

    ModelPartition(String topic, int number) {
        this.topic = topic;
        this.number = number;
    }

    public String topic() {
        return topic;
    }

    public int number() {
        return number;
    }

    /** The offset before which nothing is retained. */
    public long startOffset() {
        return startOffset;
    }

    public long highWatermark() {
        return highWatermark;
    }

    long endOffset() {
        return endOffset;
    }

    int leaderEpoch() {
        return leaderEpoch;
    }

    /**
     * Appends a batch, unless it was appended before. The first batch of a producer that the leader does not know may have
     * any sequence.
     *
     * @return the offset of its first record; empty if the batch is rejected because its epoch is fenced or it is out
     *     of order
     */
    OptionalLong append(Batch batch, long nowMs) {
        Producer known = producers.get(batch.producer());
        if (known != null) {
            boolean isNewEpoch = batch.epoch() > known.epoch;
            if (batch.epoch() == known.epoch) {
                Optional<Header> repeated = known.find(batch);
                if (repeated.isPresent()) {
                    return OptionalLong.of(repeated.get().offset());
                }
            }
            if (batch.epoch() < known.epoch || batch.sequence() != (isNewEpoch ? 0 : known.nextSequence())) {
                return OptionalLong.empty();
            }
        }
        Header header = new Header(batch, endOffset);
        batch.entries().forEach(entry -> records.add(new Stored(endOffset++, entry, nowMs)));
        headers.add(header);
        remember(header);
        return OptionalLong.of(header.offset());
    }

    private void remember(Header header) {
        producers.compute(header.batch().producer(),
                (_, known) -> known == null || known.epoch < header.batch().epoch()
                        ? new Producer(header.batch().epoch())
                        : known)
                .add(header);
    }

    /** The followers have everything before {@code offset}. Returns the records that became readable. */
    List<Stored> replicated(long offset) {
        long from = highWatermark;
        highWatermark = Math.max(highWatermark, Math.min(offset, endOffset));
        List<Stored> committed = read(from, Integer.MAX_VALUE);
        if (!committed.isEmpty()) {
            List<Runnable> woken = List.copyOf(waiting);
            waiting.clear();
            woken.forEach(Runnable::run);
        }
        return committed;
    }

    /**
     * Another replica becomes the leader: what it does not have is lost, and it knows the producers of what it has.
     */
    void changeLeader() {
        leaderEpoch++;
        records.removeIf(r -> r.offset() >= highWatermark);
        headers.removeIf(h -> h.offset() >= highWatermark);
        endOffset = highWatermark;
        producers.clear();
        headers.forEach(this::remember);
    }

    /** A replica becomes the leader that lacks the newest {@code count} records, though they were acknowledged. */
    void lose(int count) {
        highWatermark = Math.max(startOffset, highWatermark - count);
        changeLeader();
    }

    /** Returns at most {@code most} records from {@code offset} up to the high watermark. */
    public List<Stored> read(long offset, int most) {
        int low = 0;
        int high = records.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (records.get(middle).offset() < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        List<Stored> found = new ArrayList<>();
        for (int i = low; i < records.size() && found.size() < most && records.get(i).offset() < highWatermark; i++) {
            found.add(records.get(i));
        }
        return found;
    }

    /** Returns the offset of the first record with a timestamp of {@code timeMs} or later, empty if there is none. */
    public OptionalLong offsetAt(long timeMs) {
        for (Stored r : records) {
            if (r.offset() < highWatermark && r.timestampMs() >= timeMs) {
                return OptionalLong.of(r.offset());
            }
        }
        return OptionalLong.empty();
    }

    /** Calls {@code then} once, as soon as a record can be read at {@code offset}. */
    void await(long offset, Runnable then) {
        if (highWatermark > offset) {
            then.run();
        } else {
            waiting.add(then);
        }
    }

    /** Retention, or an administrator, removes the records before {@code offset}, at most up to the high watermark. */
    void deleteBefore(long offset) {
        startOffset = Math.max(startOffset, Math.min(offset, highWatermark));
        records.removeIf(r -> r.offset() < startOffset);
        headers.removeIf(h -> h.offset() + h.batch().entries().size() <= startOffset);
    }

    /**
     * Removes records before {@code offset} that later ones of their key before {@code offset} replace. Tombstones are
     * kept, because Kafka retains them for a day and no simulated reader is that late.
     */
    void compact(long offset) {
        long until = Math.min(offset, highWatermark);
        Set<String> replaced = new HashSet<>();
        for (int i = records.size() - 1; i >= 0; i--) {
            Stored r = records.get(i);
            if (r.offset() < until && !replaced.add(String.valueOf(r.key()))) {
                records.remove(i);
            }
        }
    }
}
