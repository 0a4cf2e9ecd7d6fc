package io.millrace.simulation.kafka;

import io.millrace.simulation.engine.SimulatedProcess;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * A consumer group with cooperative rebalancing. A member that responds releases a partition before another member gets
 * it. A member that is silent for longer than the session timeout loses its partitions and does not know this until it
 * responds again; until then its commits are rejected. Confined to one thread.
 */
public final class ModelGroup {
    /** The callbacks of a member, called within its process. */
    public interface Member extends SimulatedProcess {
        void assigned(int partition);

        /**
         * The member must give the partition up, and may still commit.
         *
         * @param released to be called when it has done so
         */
        void revoked(int partition, Runnable released);

        /** Somebody else may own the partition already. */
        void lost(int partition);
    }

    /** The time for which a member has a partition. Each is another object. */
    private static final class Ownership {
        private final Member member;

        Ownership(Member member) {
            this.member = member;
        }
    }

    private static final int HEARTBEAT_MS = 500;
    private static final int SESSION_MS = 3_000;
    /** Maximum duration of a rebalance. */
    private static final int REBALANCE_MS = 1_500;

    private final ModelKafka kafka;
    private final int partitions;
    private final List<Member> members = new ArrayList<>();
    private final Map<Member, Long> heardAtMs = new HashMap<>();
    private final Map<Integer, Ownership> owners = new HashMap<>();
    private final Map<ModelPartition, Long> positions = new HashMap<>();
    private boolean isRebalanceDue;
    private int failingCommits;

    public ModelGroup(ModelKafka kafka, int partitions) {
        this.kafka = kafka;
        this.partitions = partitions;
        kafka.events().after(HEARTBEAT_MS, this::heartbeats);
    }

    public void join(Member member) {
        members.add(member);
        heardAtMs.put(member, kafka.events().nowMs());
        rebalanceSoon();
    }

    /** Lets one of so many commits fail: its request or its response is lost, or it arrives during a rebalance. */
    public void failCommits(int oneIn) {
        failingCommits = oneIn;
    }

    /**
     * Commits positions, all or none of them.
     *
     * @param done receives whether they are known to be committed; not if a partition is no longer the member's
     */
    public void commit(Member member, Map<ModelPartition, Long> committed, Consumer<Boolean> done) {
        boolean fails = failingCommits > 0 && kafka.chance().oneIn(failingCommits);
        boolean arrives = !fails || kafka.chance().oneIn(2);
        kafka.events().after(kafka.hopMs(), () -> {
            boolean accepted = arrives && committed.keySet().stream().allMatch(p -> isOwner(member, p.number()));
            if (accepted) {
                positions.putAll(committed);
            }
            kafka.events().after(kafka.hopMs(), () -> member.run(() -> done.accept(accepted && !fails)));
        });
    }

    /** The member gives everything up and joins again, as a stream thread of Kafka Streams does when a commit has failed. */
    public void rejoin(Member member) {
        if (members.contains(member)) {
            expel(member);
        }
    }

    private boolean isOwner(Member member, int partition) {
        Ownership owner = owners.get(partition);
        return owner != null && owner.member == member;
    }

    /** Requests the committed position of a partition. */
    public void askCommitted(ModelPartition of, SimulatedProcess asking, Consumer<OptionalLong> answer) {
        kafka.events().after(kafka.hopMs(), () -> {
            Long position = positions.get(of);
            OptionalLong found = position == null ? OptionalLong.empty() : OptionalLong.of(position);
            kafka.events().after(kafka.hopMs(), () -> asking.run(() -> answer.accept(found)));
        });
    }

    /** Returns the committed position of a partition, 0 without one. */
    public long position(ModelPartition of) {
        return positions.getOrDefault(of, 0L);
    }

    private void heartbeats() {
        long nowMs = kafka.events().nowMs();
        for (Member member : List.copyOf(members)) {
            if (!member.isDead() && !member.isFrozen()) {
                heardAtMs.put(member, nowMs);
            } else if (nowMs - heardAtMs.get(member) > SESSION_MS) {
                expel(member);
            }
        }
        kafka.events().after(HEARTBEAT_MS, this::heartbeats);
    }

    /** Its partitions can be assigned to others; it joins again when it learns of that. */
    private void expel(Member member) {
        members.remove(member);
        List<Integer> lost = new ArrayList<>();
        owners.forEach((partition, owner) -> {
            if (owner.member == member) {
                lost.add(partition);
            }
        });
        lost.forEach(owners::remove);
        kafka.events().after(kafka.hopMs(), () -> member.run(() -> {
            // After it has thawed, with the next heartbeat.
            kafka.events().after(kafka.chance().between(1, HEARTBEAT_MS), () -> member.run(() -> {
                lost.forEach(member::lost);
                join(member);
            }));
        }));
        rebalanceSoon();
    }

    private void rebalanceSoon() {
        if (!isRebalanceDue) {
            isRebalanceDue = true;
            kafka.events().after(kafka.chance().between(1, REBALANCE_MS), this::rebalance);
        }
    }

    private void rebalance() {
        isRebalanceDue = false;
        if (members.isEmpty()) {
            return;
        }
        for (int partition = 0; partition < partitions; partition++) {
            Member wanted = members.get(partition % members.size());
            Ownership owner = owners.get(partition);
            if (owner == null) {
                give(partition, wanted);
            } else if (owner.member != wanted && owner.member.isFrozen()) {
                // It does not take part, and is expelled if it stays frozen.
                rebalanceSoon();
            } else if (owner.member != wanted) {
                takeBack(partition, owner);
            }
        }
    }

    private void give(int partition, Member to) {
        owners.put(partition, new Ownership(to));
        kafka.events().after(kafka.hopMs(), () -> to.run(() -> to.assigned(partition)));
    }

    private void takeBack(int partition, Ownership from) {
        kafka.events().after(kafka.hopMs(), () -> from.member.run(() -> from.member.revoked(partition,
                () -> kafka.events().after(kafka.hopMs(), () -> {
                    if (owners.remove(partition, from)) {
                        rebalanceSoon();
                    }
                }))));
    }
}
