package io.millrace.simulation;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.packager.loop.PackagedPartition;
import io.millrace.packager.meters.PackagerMeters;
import io.millrace.platform.kafka.SteppedStops;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Packet;
import io.millrace.simulation.kafka.ModelGroup;
import io.millrace.simulation.kafka.ModelKafka;
import io.millrace.simulation.kafka.ModelPartition;
import io.millrace.simulation.kafka.ModelReader;
import io.millrace.simulation.kafka.NextRelease;
import io.millrace.testkit.oracle.Fact;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One run of a packager: production's {@link PackagedPartition}s, driven as {@code PackagerLoop} drives them. A partition
 * begins at the positions that were committed for its three topics. Confined to one thread.
 */
final class PackagerProcess extends GroupProcess<PackagerProcess.Packaged> {
    static final String PARTS = NodeSettings.KAFKA.settings().topic(Topic.PARTS);
    static final String INDEX = NodeSettings.KAFKA.settings().topic(Topic.INDEX);
    private static final int POLL_MS = 50;
    private static final int COMMIT_MS = 1_000;
    private static final int MOST_CUTS = 10;
    private static final int UNKNOWN_RARELY = 10;
    private static final int LARGE_CACHE_BYTES = 1 << 24;
    /** Of fewer packets than a segment has. */
    private static final int SMALL_CACHE_BYTES = 4_000;
    /** The work time of a partition is faster than virtual time, so that a history contains ten minutes of it. */
    private static final int WORK_PACE = 10;
    /** Shared by all simulations, because no check uses them. */
    private static final PackagerMeters METERS = new PackagerMeters(new SimpleMeterRegistry());

    private final NodeClock clock;
    private final boolean isNextRelease;
    private final SteppedStops stops = new SteppedStops();
    private final Set<Defect> defects;
    private final Set<Integer> damaging = new HashSet<>();
    private long committedAtMs;

    static final class Packaged extends GroupProcess.Owned {
        private final Map<ModelPartition, OptionalLong> begin = new HashMap<>();
        /** Null until the committed positions are known. */
        private PackagedPartition work;
        private PackagedPartition.Committable committed;

        Packaged(int partition) {
            super(partition);
        }

        @Override
        void close() {
            super.close();
            if (work != null) {
                work.close();
            }
        }
    }

    /** @param isNextRelease whether it can read what the next release writes */
    PackagerProcess(World world, ModelKafka kafka, ModelGroup group, int number, NodeClock clock,
            boolean isNextRelease, Set<Defect> defects) {
        super(world, kafka, group, Stage.PACKAGER.name(number));
        this.clock = clock;
        this.isNextRelease = isNextRelease;
        this.defects = defects;
    }

    /** The next packet of {@code partition} cannot be read. */
    void damage(int partition) {
        damaging.add(partition);
    }

    @Override
    Packaged create(int partition) {
        return new Packaged(partition);
    }

    @Override
    void open(Packaged it) {
        List<ModelPartition> topics = List.of(packets(it), segments(it), index(it));
        topics.forEach(topic -> group.askCommitted(topic, this, position -> {
            // A broker that does not respond in time leaves the position in the index unknown.
            boolean isKnown = !topic.topic().equals(INDEX) || !world.chance().oneIn(UNKNOWN_RARELY);
            it.begin.put(topic, isKnown ? position : OptionalLong.empty());
            if (it.begin.size() == topics.size()) {
                kafka.askEnd(index(it), this, end -> open(it, end));
            }
        }));
    }

    private void open(Packaged it, long indexEnd) {
        if (it.closed) {
            return;
        }
        List<PackagedPartition.Indexed> index = new ArrayList<>();
        long segmentsEnd = defects.contains(Defect.GAPS_ARE_NEVER_FORGOTTEN)
                ? Long.MAX_VALUE
                : segments(it).highWatermark();
        for (ModelPartition.Stored stored : index(it).read(it.begin.get(index(it)).orElse(0), Integer.MAX_VALUE)) {
            if (!isNextRelease && NextRelease.isOnly(stored.value())) {
                // It cannot know the gaps, and does not begin.
                return;
            }
            if (stored.offset() < indexEnd && stored.decoded() instanceof IndexedPart part) {
                index.add(new PackagedPartition.Indexed(stored.offset(), stored.key(), part));
            }
        }
        it.work = new PackagedPartition(log(it), index, indexEnd, segmentsEnd, METERS, clock, () -> WORK_PACE
                * TimeUnit.MILLISECONDS.toNanos(world.events().nowMs()),
                world.chance().oneIn(2) ? LARGE_CACHE_BYTES : SMALL_CACHE_BYTES,
                new PackagedPartition.Behavior(!defects.contains(Defect.FAILED_WRITE_ENDS_PACKAGER),
                        !defects.contains(Defect.QUARANTINE_IN_MEMORY)));
        long segments = it.begin.get(segments(it)).orElse(0);
        long packets = it.begin.get(packets(it)).orElse(0);
        it.work.begin(segments, packets);
        it.readers.add(new ModelReader(kafka, segments(it), segments, this,
                stored -> {
                    if (passes(segments(it), stored)) {
                        it.work.segments(stored.offset(), stored.key(), stored.decoded(),
                                ModelKafka.BEGINNING_MS + stored.appendedAtMs());
                    }
                }));
        it.readers.add(new ModelReader(kafka, packets(it), packets, this,
                stored -> {
                    if (passes(packets(it), stored)) {
                        it.work.packets(stored.offset(), stored.key(), damagedIfDue(it.partition, stored));
                    }
                }));
    }

    /** Returns whether this release receives the record: not after one that it cannot read. */
    private boolean passes(ModelPartition of, ModelPartition.Stored stored) {
        return isNextRelease || stops.passes(of.topic(), of.number(), stored.offset(), stored.value());
    }

    private LogRecord damagedIfDue(int partition, ModelPartition.Stored stored) {
        if (!damaging.contains(partition) || !(stored.decoded() instanceof Packet packet)
                || packet.kind() == Packet.Kind.DATA || packet.isConfig()) {
            return stored.decoded();
        }
        damaging.remove(partition);
        world.history().add(new Fact.Damaged(stored.key(), stored.offset()));
        return PackagedPartition.damaged(packet);
    }

    private PackagedPartition.Log log(Packaged it) {
        return new PackagedPartition.Log() {
            @Override
            public void append(Topic topic, String stream, long timeMs, byte[] value,
                    PackagedPartition.Appended result) {
                producer().send(kafka.partition(NodeSettings.KAFKA.settings().topic(topic), it.partition), stream,
                        isNextRelease && world.isNextReleaseFinal() ? NextRelease.written(value) : value, timeMs,
                        result::done);
            }

            @Override
            public Map<Long, Packet> packets(Set<Long> offsets) {
                Map<Long, Packet> found = new HashMap<>();
                for (long offset : offsets) {
                    PackagerProcess.this.packets(it).read(offset, 1).stream()
                            .filter(stored -> stored.offset() == offset && stored.decoded() instanceof Packet)
                            .forEach(stored -> found.put(offset, (Packet) stored.decoded()));
                }
                return found;
            }

            @Override
            public long end(Topic topic) {
                return kafka.partition(NodeSettings.KAFKA.settings().topic(topic), it.partition).highWatermark();
            }
        };
    }

    @Override
    public void revoked(int partition, Runnable released) {
        Packaged leaving = owned.remove(partition);
        if (leaving == null) {
            released.run();
            return;
        }
        Map<ModelPartition, Long> due = due(leaving);
        leaving.close();
        if (due.isEmpty()) {
            released.run();
        } else {
            group.commit(this, due, _ -> released.run());
        }
    }

    @Override
    void step() {
        for (Packaged it : owned.values()) {
            int left = world.chance().between(1, MOST_CUTS);
            while (left > 0 && it.work != null && it.work.advance()) {
                left--;
            }
        }
        if (world.events().nowMs() - committedAtMs >= COMMIT_MS) {
            committedAtMs = world.events().nowMs();
            Map<ModelPartition, Long> due = new HashMap<>();
            owned.values().forEach(it -> due.putAll(due(it)));
            if (!due.isEmpty()) {
                group.commit(this, due, accepted -> {
                    if (!accepted) {
                        owned.values().forEach(it -> it.committed = null);
                    }
                });
            }
        }
        world.events().after(POLL_MS, () -> run(this::step));
    }

    /** Returns the positions of a partition if they have changed since the last commit. */
    private Map<ModelPartition, Long> due(Packaged it) {
        PackagedPartition.Committable now = it.work == null ? null : it.work.positions().orElse(null);
        if (now == null || now.equals(it.committed)) {
            return Map.of();
        }
        it.committed = now;
        return Map.of(segments(it), now.segments(), packets(it), now.packets(), index(it), now.index());
    }

    private ModelPartition segments(Packaged it) {
        return kafka.partition(SegmenterProcess.SEGMENTS, it.partition);
    }

    private ModelPartition index(Packaged it) {
        return kafka.partition(INDEX, it.partition);
    }
}
