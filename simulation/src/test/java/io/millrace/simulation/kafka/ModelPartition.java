package io.millrace.simulation.kafka;

import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The log of one partition at its leader. Records above the high watermark are not replicated: they cannot be read, and
 * a change of the leader loses them. Confined to one thread.
 */
public final class ModelPartition {
    /**
     * A record in the log.
     *
     * @param value null for a tombstone
     * @param appendedAtMs time at which the leader appended it
     * @param decoded the value as every reader decodes it, once for all of them; null for a tombstone
     */
    public record Stored(long offset, String key, byte[] value, LogRecord decoded, long producer, int epoch,
            int sequence, long appendedAtMs) {}

    /** The leader's state of a producer. */
    private record Producer(int epoch, int nextSequence) {}

    private final String topic;
    private final int number;
    private final List<Stored> records = new ArrayList<>();
    private final Map<Long, Producer> producers = new HashMap<>();
    private final List<Runnable> waiting = new ArrayList<>();
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
     * Appends a batch, unless it was appended before.
     *
     * @return the offset of its first record; empty if the batch is rejected because its epoch is fenced or it is out
     *     of order
     */
    OptionalLong append(Batch batch, long nowMs) {
        Producer known = producers.getOrDefault(batch.producer(), new Producer(batch.epoch(), 0));
        int expected = batch.epoch() > known.epoch() ? 0 : known.nextSequence();
        if (batch.epoch() < known.epoch() || batch.sequence() > expected) {
            return OptionalLong.empty();
        }
        if (batch.sequence() < expected) {
            return offsetOf(batch);
        }
        long first = endOffset;
        int sequence = batch.sequence();
        for (Batch.Entry entry : batch.entries()) {
            records.add(new Stored(endOffset++, entry.key(), entry.value(), decoded(entry.value()), batch.producer(),
                    batch.epoch(), sequence++, nowMs));
        }
        producers.put(batch.producer(), new Producer(batch.epoch(), sequence));
        return OptionalLong.of(first);
    }

    private static LogRecord decoded(byte[] value) {
        return value == null ? null : LogCodec.decode(ByteBuffer.wrap(value));
    }

    private OptionalLong offsetOf(Batch batch) {
        return records.stream().filter(r -> r.producer() == batch.producer() && r.epoch() == batch.epoch()
                && r.sequence() == batch.sequence()).mapToLong(Stored::offset).findFirst();
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
     * Another replica becomes the leader: what it does not have is lost, and so is the old leader's state of its
     * producers.
     */
    void changeLeader() {
        leaderEpoch++;
        records.removeIf(r -> r.offset() >= highWatermark);
        endOffset = highWatermark;
        producers.clear();
        for (Stored r : records) {
            producers.put(r.producer(), new Producer(r.epoch(), r.sequence() + 1));
        }
    }

    /** Returns at most {@code most} records from {@code offset} up to the high watermark. */
    List<Stored> read(long offset, int most) {
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

    /** Calls {@code then} once, as soon as a record can be read at {@code offset}. */
    void await(long offset, Runnable then) {
        if (highWatermark > offset) {
            then.run();
        } else {
            waiting.add(then);
        }
    }

    /**
     * Removes records before {@code offset} that later records of their key replace. Tombstones are kept, because Kafka
     * retains them for a day and no simulated reader is that late. The last record of a producer is always kept.
     */
    void compact(long offset) {
        Set<String> replaced = new HashSet<>();
        Set<Long> seen = new HashSet<>();
        for (int i = records.size() - 1; i >= 0; i--) {
            Stored r = records.get(i);
            if (r.offset() >= highWatermark) {
                seen.add(r.producer());
                continue;
            }
            boolean later = !replaced.add(String.valueOf(r.key()));
            boolean lastOfProducer = seen.add(r.producer());
            if (later && !lastOfProducer && r.offset() < offset) {
                records.remove(i);
            }
        }
    }
}
