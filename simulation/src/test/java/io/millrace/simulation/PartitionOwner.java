package io.millrace.simulation;

import io.millrace.ingest.session.LeaseTable;
import io.millrace.ingest.session.NodeLeases;
import io.millrace.ingest.session.OwnedPartition;
import io.millrace.ingest.session.OwnerSteps;
import io.millrace.ingest.session.SessionsRecord;
import io.millrace.platform.log.SessionNotice;
import io.millrace.simulation.engine.Chance;
import io.millrace.simulation.engine.EventQueue;
import io.millrace.simulation.engine.SimulatedProcess;
import io.millrace.simulation.kafka.ModelKafka;
import io.millrace.simulation.kafka.ModelPartition;
import io.millrace.simulation.kafka.ModelReader;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/** The partitions of {@code sessions} that one process owns, driven as {@code OwnerLoop} drives them. Confined to one thread. */
final class PartitionOwner {
    private static final int LOOK_MS = 200;
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
    private final LesserSessions lesserSessions;
    private final Map<Integer, Owned> owned = new TreeMap<>();

    /**
     * @param lesserSessions null unless {@link Defect#OVER_TAKES_LESSER_SESSIONS} is put back
     */
    PartitionOwner(World world, ModelKafka kafka, SimulatedProcess process, OwnerSteps steps, NodeLeases nodes,
            LesserSessions lesserSessions) {
        this.events = world.events();
        this.chance = world.chance();
        this.lesserSessions = lesserSessions;
        this.kafka = kafka;
        this.process = process;
        this.steps = steps;
        this.nodes = nodes;
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
                state.onNotice(notice, nowMs() - stored.appendedAtMs(), nowMs());
            case SessionsRecord.Tombstone(String stream, long session) -> state.onTombstone(stream, session);
            case SessionsRecord.Unreadable _ -> {
                // Skipped.
            }
        }
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
        events.after(LOOK_MS, () -> process.run(this::tick));
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
