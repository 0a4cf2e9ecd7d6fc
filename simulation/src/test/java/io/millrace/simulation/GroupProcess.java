package io.millrace.simulation;

import io.millrace.simulation.kafka.ModelGroup;
import io.millrace.simulation.kafka.ModelKafka;
import io.millrace.simulation.kafka.ModelPartition;
import io.millrace.simulation.kafka.ModelProducer;
import io.millrace.simulation.kafka.ModelReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One run of a process that is a member of a consumer group, with the partitions that it owns and its producer.
 * Confined to one thread.
 *
 * @param <W> the work on one partition
 */
abstract class GroupProcess<W extends GroupProcess.Owned> extends StageProcess implements ModelGroup.Member {
    /** The work on one partition, from its assignment until it is given up. */
    static class Owned {
        final int partition;
        final List<ModelReader> readers = new ArrayList<>();
        boolean closed;

        Owned(int partition) {
            this.partition = partition;
        }

        void close() {
            closed = true;
            readers.forEach(ModelReader::close);
        }
    }

    final World world;
    final ModelKafka kafka;
    final ModelGroup group;
    /** By partition. */
    final Map<Integer, W> owned = new TreeMap<>();
    private ModelProducer producer;
    private long slowUntilMs;

    GroupProcess(World world, ModelKafka kafka, ModelGroup group, String name) {
        super(world.history(), name);
        this.world = world;
        this.kafka = kafka;
        this.group = group;
        this.producer = kafka.producer(this, NodeSettings.PATIENT);
    }

    /** One turn of the process, which requests the next one. */
    abstract void step();

    abstract W create(int partition);

    /** Requests what has to be known before {@code work} can begin. */
    abstract void open(W work);

    @Override
    void start() {
        group.join(this);
        step();
    }

    @Override
    void slowUntil(long atMs) {
        slowUntilMs = atMs;
        producer.slowUntil(atMs);
    }

    ModelProducer producer() {
        return producer;
    }

    /** The producer sends nothing more, and another one takes its place. */
    void replaceProducer() {
        producer.close();
        producer = kafka.producer(this, NodeSettings.PATIENT);
        producer.slowUntil(slowUntilMs);
    }

    @Override
    public void assigned(int partition) {
        W work = create(partition);
        drop(owned.put(partition, work));
        open(work);
    }

    @Override
    public void lost(int partition) {
        drop(owned.remove(partition));
    }

    void dropAll() {
        owned.values().forEach(Owned::close);
        owned.clear();
    }

    void drop(W work) {
        if (work != null) {
            work.close();
        }
    }

    ModelPartition packets(Owned work) {
        return kafka.partition(NodeSettings.PACKETS, work.partition);
    }
}
