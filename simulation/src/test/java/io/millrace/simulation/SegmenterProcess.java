package io.millrace.simulation;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.platform.kafka.Topic;
import io.millrace.segmenter.SegmenterSettings;
import io.millrace.segmenter.meters.SegmenterMeters;
import io.millrace.segmenter.topology.LogMark;
import io.millrace.segmenter.topology.PacketsLog;
import io.millrace.segmenter.topology.PartitionTask;
import io.millrace.segmenter.topology.SegmenterOutput;
import io.millrace.simulation.kafka.ModelGroup;
import io.millrace.simulation.kafka.ModelKafka;
import io.millrace.simulation.kafka.ModelPartition;
import io.millrace.simulation.kafka.ModelProducer;
import io.millrace.simulation.kafka.ModelReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One run of a segmenter: production's {@link PartitionTask}s, driven as a stream thread of Kafka Streams drives them. A
 * task is restored from the changelog and begins at the committed position. A commit writes the states, waits until
 * everything that was written is acknowledged, and then commits the positions; the thread does nothing else meanwhile.
 * If the positions are not committed, all tasks are dropped. If a record is not written, its task is restored. Confined
 * to one thread.
 */
final class SegmenterProcess extends StageProcess implements ModelGroup.Member {
    static final String FOLDS = "folds-changelog";
    static final String SEGMENTS = NodeSettings.KAFKA.settings().topic(Topic.SEGMENTS);
    private static final int POLL_MS = 50;
    private static final int MOST_RECORDS = 30;
    /** Delay between two steps of a commit: the process may freeze in between. */
    private static final int STEP_MS = 3;
    /** Shared by all simulations, because no check uses them. */
    private static final SegmenterMeters METERS = new SegmenterMeters(new SimpleMeterRegistry());

    private final World world;
    private final ModelKafka kafka;
    private final ModelGroup group;
    private final String owner;
    private final boolean statesHaveNoOwner;
    private final ModelProducer producer;
    private final PacketsLog log = new Packets();
    private final Map<Integer, Task> tasks = new TreeMap<>();
    private final Map<Integer, Long> committed = new HashMap<>();
    private int tenures;
    private boolean committing;
    private long committedAtMs;

    /** What production reads apart from Kafka Streams. */
    private final class Packets implements PacketsLog {
        @Override
        public boolean has(LogMark mark, int partition) {
            ModelPartition packets = packets(partition);
            return packets.startOffset() > mark.offset() || packets.read(mark.offset(), 1).stream()
                    .anyMatch(stored -> mark.equals(LogMark.of(stored.offset(), stored.value())));
        }

        @Override
        public void read(int partition, long from, long to, Visitor visitor) {
            if (!statesHaveNoOwner) {
                packets(partition).read(from, Integer.MAX_VALUE).stream().filter(stored -> stored.offset() < to)
                        .forEach(stored -> visitor.record(stored.key(), stored.offset(), stored.value()));
            }
        }
    }

    private static final class Task {
        private final int partition;
        private final Map<String, byte[]> changelog = new HashMap<>();
        private final Deque<ModelPartition.Stored> fetched = new ArrayDeque<>();
        private final List<ModelReader> readers = new ArrayList<>();
        /** Null until the states are restored. */
        private PartitionTask work;
        private long position;
        private boolean isCommitNeeded;
        private boolean closed;
        /** Set when the partition has to be given up. */
        private Runnable released;

        Task(int partition) {
            this.partition = partition;
        }

        void close() {
            closed = true;
            readers.forEach(ModelReader::close);
        }
    }

    /** @param owner different from those of all other runs */
    SegmenterProcess(World world, ModelKafka kafka, ModelGroup group, int number, String owner,
            boolean statesHaveNoOwner) {
        super(world.history(), Stage.SEGMENTER.name(number));
        this.world = world;
        this.kafka = kafka;
        this.group = group;
        this.owner = owner;
        this.statesHaveNoOwner = statesHaveNoOwner;
        this.producer = kafka.producer(this, NodeSettings.PATIENT);
    }

    @Override
    void start() {
        group.join(this);
        step();
    }

    @Override
    void slowUntil(long atMs) {
        producer.slowUntil(atMs);
    }

    @Override
    public void assigned(int partition) {
        Task task = new Task(partition);
        drop(tasks.put(partition, task));
        ModelPartition folds = kafka.partition(FOLDS, partition);
        kafka.askEnd(folds, this, end -> {
            ModelReader restore = new ModelReader(kafka, folds, this, stored -> {
                if (stored.offset() < end && stored.value() == null) {
                    task.changelog.remove(stored.key());
                } else if (stored.offset() < end) {
                    task.changelog.put(stored.key(), stored.value());
                }
            });
            task.readers.add(restore);
            awaitRestored(task, restore, end);
        });
    }

    private void awaitRestored(Task task, ModelReader restore, long end) {
        if (restore.position() < end) {
            world.events().after(STEP_MS, () -> run(() -> awaitRestored(task, restore, end)));
            return;
        }
        restore.close();
        group.askCommitted(packets(task.partition), this, position -> begin(task, position.orElse(0)));
    }

    private void begin(Task task, long position) {
        if (task.closed) {
            return;
        }
        task.position = position;
        task.work = new PartitionTask(task.partition, owner + "-" + tenures++, task.changelog,
                () -> committed.getOrDefault(task.partition, -1L), log, METERS);
        task.work.takeRepeated().forEach(output -> forward(task, output));
        task.readers.add(new ModelReader(kafka, packets(task.partition), position, this, task.fetched::add));
    }

    @Override
    public void revoked(int partition, Runnable released) {
        Task task = tasks.get(partition);
        if (task == null || task.work == null) {
            drop(tasks.remove(partition));
            released.run();
        } else {
            task.released = released;
        }
    }

    @Override
    public void lost(int partition) {
        drop(tasks.remove(partition));
    }

    private static void drop(Task task) {
        if (task != null) {
            task.close();
        }
    }

    /** One turn of the stream thread. */
    private void step() {
        if (!committing) {
            tasks.values().forEach(this::process);
            List<Task> leaving = tasks.values().stream().filter(task -> task.released != null).toList();
            boolean due = world.events().nowMs() - committedAtMs >= SegmenterSettings.COMMIT_INTERVAL_MS;
            if (!leaving.isEmpty() || due) {
                commit(leaving.isEmpty() ? List.copyOf(tasks.values()) : leaving, () -> leaving.forEach(this::release));
            }
        }
        world.events().after(POLL_MS, () -> run(this::step));
    }

    private void process(Task task) {
        for (int left = world.chance().between(1, MOST_RECORDS); left > 0 && task.work != null
                && !task.fetched.isEmpty(); left--) {
            ModelPartition.Stored next = task.fetched.poll();
            task.work.process(next.key(), next.offset(), next.value()).forEach(output -> forward(task, output));
            task.position = next.offset() + 1;
            task.isCommitNeeded = true;
        }
    }

    private void forward(Task task, SegmenterOutput output) {
        send(output.topic() == Topic.SEGMENTS ? SEGMENTS : NodeSettings.STREAMS, task, output.key(), output.value());
    }

    private void send(String topic, Task task, String key, byte[] value) {
        producer.send(kafka.partition(topic, task.partition), key, value, 0, (_, failure) -> {
            if (failure != null && tasks.get(task.partition) == task) {
                revive(task);
            }
        });
    }

    /** A record was not written: Kafka Streams closes the task without a commit, and restores it. */
    private void revive(Task task) {
        task.close();
        if (task.released == null) {
            assigned(task.partition);
        } else {
            tasks.remove(task.partition);
            task.released.run();
        }
    }

    private void release(Task task) {
        if (tasks.remove(task.partition, task)) {
            task.close();
            task.released.run();
        }
    }

    private void commit(Collection<Task> all, Runnable then) {
        committedAtMs = world.events().nowMs();
        List<Task> needed = all.stream().filter(task -> task.isCommitNeeded).toList();
        if (needed.isEmpty()) {
            then.run();
            return;
        }
        committing = true;
        Map<ModelPartition, Long> positions = new HashMap<>();
        for (Task task : needed) {
            task.work.commit((key, value) -> send(FOLDS, task, statesHaveNoOwner ? withoutOwner(key) : key, value));
            positions.put(packets(task.partition), task.position);
        }
        soon(() -> producer.flush(() -> soon(() -> {
            if (needed.stream().anyMatch(task -> task.closed)) {
                committing = false;
            } else {
                group.commit(this, positions, accepted -> committed(accepted, needed, then));
            }
        })));
    }

    private void committed(boolean accepted, List<Task> all, Runnable then) {
        committing = false;
        if (accepted) {
            all.forEach(this::committed);
            then.run();
        } else {
            tasks.values().forEach(SegmenterProcess::drop);
            tasks.clear();
            group.rejoin(this);
        }
    }

    private void committed(Task task) {
        task.isCommitNeeded = false;
        committed.put(task.partition, task.position);
    }

    private void soon(Runnable what) {
        world.events().after(world.chance().between(0, STEP_MS), () -> run(what));
    }

    /** {@link Defect#STATES_HAVE_NO_OWNER}: keeps the number of the chunk only. */
    private static String withoutOwner(String key) {
        return "states" + key.substring(key.lastIndexOf('/'));
    }

    private ModelPartition packets(int partition) {
        return kafka.partition(NodeSettings.PACKETS, partition);
    }
}
