package io.millrace.simulation.kafka;

import io.millrace.simulation.engine.SimulatedProcess;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A consumer group with cooperative rebalancing. A member that responds releases a partition before another member gets
 * it. A member that is silent for longer than the session timeout loses its partitions and does not know this until it
 * responds again. Confined to one thread.
 */
public final class ModelGroup {
    /** The callbacks of a member, called within its process. */
    public interface Member extends SimulatedProcess {
        void assigned(int partition);

        void revoked(int partition);
    }

    private static final int HEARTBEAT_MS = 500;
    private static final int SESSION_MS = 3_000;
    /** Maximum duration of a rebalance. */
    private static final int REBALANCE_MS = 1_500;

    private final ModelKafka kafka;
    private final int partitions;
    private final List<Member> members = new ArrayList<>();
    private final Map<Member, Long> heardAtMs = new HashMap<>();
    private final Map<Integer, Member> owners = new HashMap<>();

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
            if (owner == member) {
                lost.add(partition);
            }
        });
        lost.forEach(owners::remove);
        kafka.events().after(kafka.hopMs(), () -> member.run(() -> {
            // After it has thawed, with the next heartbeat.
            kafka.events().after(kafka.chance().between(1, HEARTBEAT_MS), () -> member.run(() -> {
                lost.forEach(member::revoked);
                join(member);
            }));
        }));
        rebalanceSoon();
    }

    private void rebalanceSoon() {
        kafka.events().after(kafka.chance().between(1, REBALANCE_MS), this::rebalance);
    }

    private void rebalance() {
        if (members.isEmpty()) {
            return;
        }
        for (int partition = 0; partition < partitions; partition++) {
            Member wanted = members.get(partition % members.size());
            Member owner = owners.get(partition);
            if (owner == null) {
                give(partition, wanted);
            } else if (owner != wanted) {
                takeBack(partition, owner);
            }
        }
    }

    private void give(int partition, Member to) {
        owners.put(partition, to);
        kafka.events().after(kafka.hopMs(), () -> to.run(() -> to.assigned(partition)));
    }

    private void takeBack(int partition, Member from) {
        kafka.events().after(kafka.hopMs(), () -> from.run(() -> {
            from.revoked(partition);
            kafka.events().after(kafka.hopMs(), () -> {
                if (owners.get(partition) == from) {
                    owners.remove(partition);
                    rebalanceSoon();
                }
            });
        }));
    }
}
