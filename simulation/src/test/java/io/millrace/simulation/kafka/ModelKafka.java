package io.millrace.simulation.kafka;

import io.millrace.simulation.engine.Chance;
import io.millrace.simulation.engine.EventQueue;
import io.millrace.simulation.engine.SimulatedProcess;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;

/**
 * Topics, and the network between clients and leaders. Each client has a separate connection for each partition, so
 * there is no order between two partitions. Confined to one thread.
 */
public final class ModelKafka {
    private static final int HOP_MS = 4;
    private static final int REPLICATION_MS = 6;
    /** Followers are sometimes slow. */
    private static final int SLOW_REPLICATION_MS = 900;
    private static final int RARELY = 200;
    private static final int CLEANER_LAG_MS = 45_000;
    /** The brokers' clocks at the beginning of virtual time, ms since 1970. */
    public static final long BEGINNING_MS = 1_700_000_000_000L;
    /** {@code message.timestamp.after.max.ms} */
    private static final long MOST_AHEAD_MS = 3_600_000;

    private final EventQueue events;
    private final Chance chance;
    private final int partitions;
    private final Map<String, List<ModelPartition>> topics = new HashMap<>();
    private final BiConsumer<ModelPartition, ModelPartition.Stored> onCommit;
    private long producers;
    private long stalledUntilMs;

    /** @param onCommit called with each record when the high watermark passes it, in the order of its partition */
    public ModelKafka(EventQueue events, Chance chance, int partitions,
            BiConsumer<ModelPartition, ModelPartition.Stored> onCommit) {
        this.events = events;
        this.chance = chance;
        this.partitions = partitions;
        this.onCommit = onCommit;
    }

    public ModelPartition partition(String topic, int number) {
        return topics.computeIfAbsent(topic,
                name -> IntStream.range(0, partitions).mapToObj(p -> new ModelPartition(name, p)).toList()).get(number);
    }

    /** Starts an idempotent producer of {@code process}. */
    public ModelProducer producer(SimulatedProcess process, ModelProducer.Times times) {
        return new ModelProducer(this, producers++, process, times);
    }

    /**
     * Requests the end of {@code partition} for consumers. The response is true for some moment between request and
     * response.
     */
    public void askEnd(ModelPartition partition, SimulatedProcess asking, LongConsumer answer) {
        events.after(hopMs(), () -> {
            long end = partition.highWatermark();
            events.after(hopMs(), () -> asking.run(() -> answer.accept(end)));
        });
    }

    /** Requests the offset before which {@code partition} retains nothing. */
    public void askBeginning(ModelPartition partition, SimulatedProcess asking, LongConsumer answer) {
        events.after(hopMs(), () -> {
            long beginning = partition.startOffset();
            events.after(hopMs(), () -> asking.run(() -> answer.accept(beginning)));
        });
    }

    /** Changes the leader without losing acknowledged records. */
    public void changeLeader(ModelPartition partition) {
        partition.changeLeader();
    }

    /** An unclean election: {@code partition} loses the newest {@code count} records. */
    public void lose(ModelPartition partition, int count) {
        partition.lose(count);
    }

    /** Replicates nothing for {@code forMs}: nothing is acknowledged, and nothing new can be read. */
    public void stall(int forMs) {
        stalledUntilMs = Math.max(stalledUntilMs, events.nowMs() + forMs);
    }

    /**
     * Lets the log cleaner compact what {@code partition} contains. It runs later, and spares the newest segment.
     */
    public void compact(ModelPartition partition) {
        long until = partition.highWatermark();
        events.after(CLEANER_LAG_MS, () -> partition.compact(until));
    }

    /** Retention removes the records of {@code partition} before {@code offset}. */
    public void deleteBefore(ModelPartition partition, long offset) {
        partition.deleteBefore(offset);
    }

    /** Writes a record that is not from Millrace. */
    public void write(ModelPartition partition, String key, byte[] value) {
        Batch batch = new Batch(producers++, 0, 0, List.of(new Batch.Entry(key, value, 0)));
        receive(partition, batch, _ -> {}, _ -> {});
    }

    /**
     * A request has arrived at the leader of {@code partition}.
     *
     * @param reject receives why the batch is not appended
     */
    void receive(ModelPartition partition, Batch batch, LongConsumer acknowledge, Consumer<Exception> reject) {
        if (batch.isAfter(timeMs() + MOST_AHEAD_MS)) {
            reject.accept(new InvalidTimestampException("more than an hour ahead"));
            return;
        }
        var first = partition.append(batch, events.nowMs());
        if (first.isEmpty()) {
            reject.accept(new OutOfOrderSequenceException("fenced, or out of order"));
            return;
        }
        int leaderEpoch = partition.leaderEpoch();
        long end = first.getAsLong() + batch.entries().size();
        int delayMs = chance.oneIn(RARELY) ? chance.between(0, SLOW_REPLICATION_MS) : chance.between(1, REPLICATION_MS);
        events.after(Math.max(delayMs, stalledUntilMs - events.nowMs()), () -> {
            // A former leader does not respond, whatever the new one has at these offsets.
            if (partition.leaderEpoch() == leaderEpoch) {
                partition.replicated(end).forEach(stored -> onCommit.accept(partition, stored));
                acknowledge.accept(first.getAsLong());
            }
        });
    }

    /** Returns the time of the brokers, ms since 1970. */
    public long timeMs() {
        return BEGINNING_MS + events.nowMs();
    }

    int hopMs() {
        return chance.between(1, HOP_MS);
    }

    EventQueue events() {
        return events;
    }

    Chance chance() {
        return chance;
    }
}
