package io.millrace.simulation;

import io.millrace.ingest.session.KnownNames;
import io.millrace.ingest.session.LeaseTable;
import io.millrace.ingest.session.NodeLeases;
import io.millrace.ingest.session.OwnedPartition;
import io.millrace.ingest.session.OwnerSteps;
import io.millrace.ingest.session.SessionsRecord;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.StreamEntry;
import io.millrace.simulation.engine.Chance;
import io.millrace.simulation.engine.EventQueue;
import io.millrace.simulation.engine.SimulatedProcess;
import io.millrace.simulation.kafka.ModelKafka;
import io.millrace.simulation.kafka.ModelPartition;
import io.millrace.simulation.kafka.ModelReader;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The partitions of {@code sessions} that one process owns, driven as {@code OwnerLoop} drives them. Confined to one thread. */
final class PartitionOwner {
    private static final int LOOK_MS = 200;
    /** Interval between two looks at the directory, which in production is longer than a history. */
    private static final int EXPIRY_MS = 10_000;
    /** Delay from a decision to the producer: the process may freeze in between. */
    private static final int ACT_MS = 3;

    private static final class Owned {
        private final OwnedPartition state;
        private ModelReader reader;
        private boolean asking;

        Owned(NodeLeases nodes) {
            state = new OwnedPartition(new LeaseTable(NodeSettings.LIMITS.leaseMs(), nodes));
        }
    }

    private final EventQueue events;
    private final Chance chance;
    private final ModelKafka kafka;
    private final SimulatedProcess process;
    private final OwnerSteps steps;
    private final NodeLeases nodes;
    private final NodeClock clock;
    private final LesserSessions lesserSessions;
    private final Set<Defect> defects;
    private final Map<Integer, Owned> owned = new TreeMap<>();
    private long nextExpiryMs;

    /**
     * @param lesserSessions null unless {@link Defect#OVER_TAKES_LESSER_SESSIONS} is put back
     */
    PartitionOwner(World world, ModelKafka kafka, SimulatedProcess process, OwnerSteps steps, NodeLeases nodes,
            NodeClock clock, LesserSessions lesserSessions, Set<Defect> defects) {
        this.events = world.events();
        this.chance = world.chance();
        this.lesserSessions = lesserSessions;
        this.kafka = kafka;
        this.process = process;
        this.steps = steps;
        this.nodes = nodes;
        this.clock = clock;
        this.defects = defects;
    }

    void assigned(int partition) {
        Owned it = new Owned(nodes);
        Owned before = owned.put(partition, it);
        if (before != null) {
            before.reader.close();
        }
        it.reader = new ModelReader(kafka, sessions(partition), process, stored -> read(it.state, stored));
    }

    private void read(OwnedPartition state, ModelPartition.Stored stored) {
        if (lesserSessions != null) {
            lesserSessions.read(SessionsRecord.of(stored.key(), stored.decoded()));
        }
        switch (SessionsRecord.of(stored.key(), stored.decoded())) {
            case SessionsRecord.Notice(SessionNotice notice) ->
                state.onNotice(notice, ageMs(notice, stored), nowMs());
            case SessionsRecord.Tombstone(String stream, long session) -> state.onTombstone(stream, session);
            case SessionsRecord.Unreadable _ -> {
                // Skipped.
            }
        }
    }

    private long ageMs(SessionNotice notice, ModelPartition.Stored stored) {
        return defects.contains(Defect.AGES_BY_CLOCKS_OF_NODES)
                ? Math.max(0, clock.millis() - notice.noticedAtMs())
                : nowMs() - stored.appendedAtMs();
    }

    void revoked(int partition) {
        Owned gone = owned.remove(partition);
        if (gone != null) {
            gone.reader.close();
        }
    }

    void tick() {
        owned.forEach((partition, it) -> {
            look(partition, it);
            act(partition, it);
        });
        if (nowMs() >= nextExpiryMs) {
            nextExpiryMs = nowMs() + EXPIRY_MS;
            owned.keySet().forEach(this::expire);
        }
        events.after(LOOK_MS, () -> process.run(this::tick));
    }

    /** Removes expired epochs from the directory, and restores overwritten entries. */
    private void expire(int partition) {
        Predicate<String> isOwned = stream -> NodeSettings.KAFKA.partitionOf(stream) == partition;
        kafka.askBeginning(kafka.partition(NodeSettings.PACKETS, partition), process, beginning -> {
            if (!defects.contains(Defect.EPOCHS_NEVER_EXPIRE)) {
                steps.expire(stream -> isOwned.test(stream) ? beginning : KnownNames.NOT_OWNED);
            }
            if (!defects.contains(Defect.OVERWRITTEN_ENTRIES_STAY)) {
                steps.restore(isOwned, (_, offset) -> kafka.partition(NodeSettings.STREAMS, partition).read(offset, 1)
                        .stream().filter(stored -> stored.offset() == offset)
                        .flatMap(stored -> stored.decoded() instanceof StreamEntry it ? Stream.of(it) : Stream.empty())
                        .findFirst());
            }
        });
    }

    private void look(int partition, Owned it) {
        long askedAtMs = nowMs();
        boolean history = it.state.needsHistoryEnd();
        if (!it.asking && (history || it.state.needsProof(askedAtMs))) {
            it.asking = true;
            kafka.askEnd(sessions(partition), process, end -> {
                it.asking = false;
                if (history) {
                    it.state.historyEndsAt(end);
                } else {
                    it.state.endsAt(end, askedAtMs);
                }
            });
        }
    }

    private void act(int partition, Owned it) {
        LongPredicate hasRead = end -> it.reader.position() >= end;
        it.state.catchUp(hasRead, nowMs());
        it.state.due(hasRead).forEach(step -> events.after(chance.between(0, ACT_MS),
                () -> process.run(() -> steps.take(partition, step))));
    }

    private ModelPartition sessions(int partition) {
        return kafka.partition(NodeSettings.SESSIONS, partition);
    }

    private long nowMs() {
        return events.nowMs();
    }
}
