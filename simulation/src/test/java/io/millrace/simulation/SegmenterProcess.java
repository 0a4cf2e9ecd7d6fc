package io.millrace.simulation;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.platform.kafka.SteppedStops;
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
import io.millrace.simulation.kafka.NextRelease;
import io.millrace.testkit.oracle.Fact;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One run of a segmenter: production's {@link PartitionTask}s, driven as a stream thread of Kafka Streams drives them. A
 * task is restored from the changelog and begins at the committed position. A commit writes the states, waits until
 * everything that was written is acknowledged, and then commits the positions; the thread does nothing else meanwhile.
 * If the positions are not committed, all tasks are dropped. If a record is not written, the producer ends, and the
 * stream thread is replaced. Confined to one thread.
 */
final class SegmenterProcess extends GroupProcess<SegmenterProcess.Task> {
    static final String FOLDS = "folds-changelog";
    static final String SEGMENTS = NodeSettings.KAFKA.settings().topic(Topic.SEGMENTS);
    private static final int POLL_MS = 50;
    private static final int MOST_RECORDS = 30;
    /** Delay between two steps of a commit: the process may freeze in between. */
    private static final int STEP_MS = 3;
    /** Shared by all simulations, because no check uses them. */
    private static final SegmenterMeters METERS = new SegmenterMeters(new SimpleMeterRegistry());

    private final String owner;
    private final boolean statesHaveNoOwner;
    private final boolean isNextRelease;
    private final boolean skipsUnknown;
    private final boolean continuesAfterFailure;
    private final SteppedStops stops = new SteppedStops();
    private final PacketsLog log = new Packets();
    private final Map<Integer, Long> committed = new HashMap<>();
    private int tenures;
    private boolean committing;
    private long committedAtMs;

    /** What production reads apart from Kafka Streams. */
    private final class Packets implements PacketsLog {
        @Override
        public boolean has(LogMark mark, int partition) {
            ModelPartition packets = kafka.partition(NodeSettings.PACKETS, partition);
            // Releases have the same checksums of a record. The newest one that a predecessor skipped is not lost either.
            return packets.startOffset() > mark.offset() || packets.read(mark.offset(), 1).stream()
                    .anyMatch(stored -> mark.equals(LogMark.of(stored.offset(), NextRelease.read(stored.value())))
                            || skipsUnknown && mark.equals(LogMark.of(stored.offset(), stored.value())));
        }

        @Override
        public void read(int partition, long from, long to, Visitor visitor) {
            if (!statesHaveNoOwner) {
                kafka.partition(NodeSettings.PACKETS, partition).read(from, Integer.MAX_VALUE).stream()
                        .filter(stored -> stored.offset() < to)
                        .forEach(stored -> visitor.record(stored.key(), stored.offset(), value(stored)));
            }
        }
    }

    static final class Task extends GroupProcess.Owned {
        private final Map<String, byte[]> changelog = new HashMap<>();
        private final Deque<ModelPartition.Stored> fetched = new ArrayDeque<>();
        /** Null until the states are restored. */
        private PartitionTask work;
        private long position;
        private boolean isCommitNeeded;
        /** Set when the partition has to be given up. */
        private Runnable released;

        Task(int partition) {
            super(partition);
        }
    }

    /**
     * @param owner different from those of all other runs
     * @param isNextRelease whether it can read what the next release writes
     */
    SegmenterProcess(World world, ModelKafka kafka, ModelGroup group, int number, String owner, boolean isNextRelease,
            Set<Defect> defects) {
        super(world, kafka, group, Stage.SEGMENTER.name(number));
        this.owner = owner;
        this.statesHaveNoOwner = defects.contains(Defect.STATES_HAVE_NO_OWNER);
        this.skipsUnknown = defects.contains(Defect.UNKNOWN_SCHEMAS_ARE_SKIPPED);
        this.continuesAfterFailure = defects.contains(Defect.PRODUCERS_CONTINUE_AFTER_FAILURE);
        this.isNextRelease = isNextRelease;
    }

    @Override
    Task create(int partition) {
        return new Task(partition);
    }

    @Override
    void open(Task task) {
        ModelPartition folds = kafka.partition(FOLDS, task.partition);
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
        group.askCommitted(packets(task), this, position -> begin(task, position.orElse(0)));
    }

    private void begin(Task task, long position) {
        if (task.closed) {
            return;
        }
        task.position = position;
        task.work = new PartitionTask(task.partition, owner + "-" + tenures++, task.changelog,
                () -> committed.getOrDefault(task.partition, -1L), log, METERS);
        task.work.takeRepeated().forEach(output -> forward(task, output));
        task.readers.add(new ModelReader(kafka, packets(task), position, this, task.fetched::add));
    }

    @Override
    public void revoked(int partition, Runnable released) {
        Task task = owned.get(partition);
        if (task == null || task.work == null) {
            drop(owned.remove(partition));
            released.run();
        } else {
            task.released = released;
        }
    }

    /** One turn of the stream thread. */
    @Override
    void step() {
        if (!committing) {
            owned.values().forEach(this::process);
            List<Task> leaving = owned.values().stream().filter(task -> task.released != null).toList();
            boolean due = world.events().nowMs() - committedAtMs >= SegmenterSettings.COMMIT_INTERVAL_MS;
            if (!leaving.isEmpty() || due) {
                commit(leaving.isEmpty() ? List.copyOf(owned.values()) : leaving, () -> leaving.forEach(this::release));
            }
        }
        world.events().after(POLL_MS, () -> run(this::step));
    }

    private void process(Task task) {
        for (int left = world.chance().between(1, MOST_RECORDS); left > 0 && task.work != null
                && !task.fetched.isEmpty(); left--) {
            ModelPartition.Stored next = task.fetched.poll();
            byte[] value = value(next);
            if (!skipsUnknown && !stops.passes(NodeSettings.PACKETS, task.partition, next.offset(), value)) {
                return;
            }
            task.work.process(next.key(), next.offset(), value).forEach(output -> forward(task, output));
            task.position = next.offset() + 1;
            task.isCommitNeeded = true;
        }
    }

    /** Returns the record as this release receives it. */
    private byte[] value(ModelPartition.Stored stored) {
        return isNextRelease ? NextRelease.read(stored.value()) : stored.value();
    }

    /** Events are left out: they are repeated like all outputs, and no promise of the simulation is about them. */
    private void forward(Task task, SegmenterOutput output) {
        if (output.topic() == Topic.EVENTS) {
            return;
        }
        send(output.topic() == Topic.SEGMENTS ? SEGMENTS : NodeSettings.STREAMS, task, output.key(),
                isNextRelease && world.isNextReleaseFinal() ? NextRelease.written(output.value()) : output.value());
    }

    private void send(String topic, Task task, String key, byte[] value) {
        ModelProducer sending = producer();
        sending.send(kafka.partition(topic, task.partition), key, value, 0, (_, failure) -> {
            if (failure == null || producer() != sending) {
                return;
            }
            world.history().add(new Fact.Note("", name() + " could not write to " + topic + "-" + task.partition));
            if (!continuesAfterFailure) {
                replaceThread();
            } else if (owned.get(task.partition) == task) {
                revive(task);
            }
        });
    }

    /** {@link Defect#PRODUCERS_CONTINUE_AFTER_FAILURE}: closes the task without a commit, and restores it. */
    private void revive(Task task) {
        task.close();
        if (task.released == null) {
            assigned(task.partition);
        } else {
            owned.remove(task.partition);
            task.released.run();
        }
    }

    /** A record was not written: production's {@code FailStopProducer} ends, and Kafka Streams replaces the thread. */
    private void replaceThread() {
        replaceProducer();
        committing = false;
        leave();
    }

    private void leave() {
        dropAll();
        group.rejoin(this);
    }

    private void release(Task task) {
        if (owned.remove(task.partition, task)) {
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
            positions.put(packets(task), task.position);
        }
        ModelProducer writing = producer();
        soon(() -> writing.flush(() -> soon(() -> {
            if (producer() != writing) {
                return;
            }
            if (needed.stream().anyMatch(task -> task.closed)) {
                committing = false;
            } else {
                group.commit(this, positions, accepted -> {
                    if (producer() == writing) {
                        committed(accepted, needed, then);
                    }
                });
            }
        })));
    }

    private void committed(boolean accepted, List<Task> all, Runnable then) {
        committing = false;
        if (accepted) {
            all.forEach(this::committed);
            then.run();
        } else {
            leave();
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
}
