package io.millrace.simulation.kafka;

import io.millrace.simulation.engine.SimulatedProcess;
import java.util.List;
import java.util.function.Consumer;

/** Reads one partition from an offset on, without a group: one fetch at a time. Confined to one thread. */
public final class ModelReader {
    private static final int MOST_RECORDS = 40;
    /** Some fetches take long. */
    private static final int SLOW_MS = 1_500;
    private static final int RARELY = 500;

    private final ModelKafka kafka;
    private final ModelPartition partition;
    private final SimulatedProcess process;
    private final Consumer<ModelPartition.Stored> each;
    private long position;
    private boolean closed;

    /** Reads from the beginning. */
    public ModelReader(ModelKafka kafka, ModelPartition partition, SimulatedProcess process,
            Consumer<ModelPartition.Stored> each) {
        this(kafka, partition, 0, process, each);
    }

    /** @param from where it begins, or at the first retained record if that is greater */
    public ModelReader(ModelKafka kafka, ModelPartition partition, long from, SimulatedProcess process,
            Consumer<ModelPartition.Stored> each) {
        this.position = from;
        this.kafka = kafka;
        this.partition = partition;
        this.process = process;
        this.each = each;
        fetch();
    }

    /** Skips what the partition contains now. To be called before anything is read. */
    public void seekToEnd() {
        position = partition.highWatermark();
    }

    /** All records before it have been read. */
    public long position() {
        return position;
    }

    public void close() {
        closed = true;
    }

    private void fetch() {
        kafka.events().after(kafka.hopMs(), () -> partition.await(position, this::respond));
    }

    private void respond() {
        if (closed || process.isDead()) {
            return;
        }
        long end = partition.highWatermark();
        List<ModelPartition.Stored> found = partition.read(position, kafka.chance().between(1, MOST_RECORDS));
        boolean all = found.isEmpty() || found.getLast().offset() == end - 1;
        long next = all ? end : found.getLast().offset() + 1;
        int delayMs = kafka.chance().oneIn(RARELY) ? kafka.chance().between(1, SLOW_MS) : kafka.hopMs();
        kafka.events().after(delayMs, () -> process.run(() -> take(found, next)));
    }

    private void take(List<ModelPartition.Stored> found, long next) {
        if (closed) {
            return;
        }
        for (ModelPartition.Stored stored : found) {
            each.accept(stored);
            if (closed) {
                // By this record, which does not count as read.
                position = stored.offset();
                return;
            }
        }
        position = next;
        fetch();
    }
}
