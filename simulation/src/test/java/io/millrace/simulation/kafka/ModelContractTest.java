package io.millrace.simulation.kafka;

import io.millrace.simulation.engine.Chance;
import io.millrace.simulation.engine.EventQueue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

import static org.assertj.core.api.Assertions.assertThat;

/** {@link KafkaContract} for the model. */
class ModelContractTest extends KafkaContract {
    private static final int STEP_MS = 10;
    private static final int LONGEST_MS = 60_000;

    private final EventQueue events = new EventQueue();
    private final ModelKafka kafka = new ModelKafka(events, new Chance(1), PARTITIONS, (_, _) -> {});

    @Override
    Log log(boolean compacted) {
        return new ModelLog(kafka.partition("log", 0));
    }

    @Override
    Group group() {
        return new ModelGroups();
    }

    private void until(BooleanSupplier condition) {
        long limitMs = events.nowMs() + LONGEST_MS;
        while (!condition.getAsBoolean()) {
            assertThat(events.nowMs()).isLessThan(limitMs);
            events.runUntil(events.nowMs() + STEP_MS);
        }
    }

    private final class ModelLog implements Log {
        private final ModelPartition partition;

        ModelLog(ModelPartition partition) {
            this.partition = partition;
        }

        @Override
        public OptionalLong append(Batch batch) {
            OptionalLong[] first = {OptionalLong.empty()};
            kafka.receive(partition, batch, offset -> first[0] = OptionalLong.of(offset), _ -> {});
            // No later than the slowest follower.
            events.runUntil(events.nowMs() + LONGEST_MS);
            return first[0];
        }

        @Override
        public List<Long> send(List<Batch.Entry> entries) {
            ModelProducer producer = kafka.producer(new ModelMember(), new ModelProducer.Times(LONGEST_MS, LONGEST_MS));
            List<Long> offsets = new ArrayList<>();
            entries.forEach(entry -> producer.send(partition, entry.key(), entry.value(), entry.timestampMs(),
                    (offset, _) -> offsets.add(offset)));
            until(() -> offsets.size() == entries.size());
            return offsets;
        }

        @Override
        public List<Read> read(long from) {
            List<Read> found = new ArrayList<>();
            ModelReader reader = new ModelReader(kafka, partition, from, new ModelMember(), stored -> found.add(
                    new Read(stored.offset(), stored.key(),
                            stored.value() == null ? null : new String(stored.value(), StandardCharsets.UTF_8))));
            until(() -> reader.position() >= partition.highWatermark());
            reader.close();
            return found;
        }

        @Override
        public long startOffset() {
            return partition.startOffset();
        }

        @Override
        public long endOffset() {
            long[] end = {-1};
            kafka.askEnd(partition, new ModelMember(), found -> end[0] = found);
            until(() -> end[0] >= 0);
            return end[0];
        }

        @Override
        public OptionalLong offsetAt(long timeMs) {
            return partition.offsetAt(timeMs);
        }

        @Override
        public long timeMs() {
            return kafka.timeMs();
        }

        @Override
        public void deleteBefore(long offset) {
            kafka.deleteBefore(partition, offset);
        }

        @Override
        public void compact() {
            kafka.compact(partition);
            events.runUntil(events.nowMs() + LONGEST_MS);
        }
    }

    private final class ModelGroups implements Group {
        private final ModelGroup group = new ModelGroup(kafka, PARTITIONS);

        @Override
        public Member join() {
            ModelMember member = new ModelMember();
            member.group = group;
            group.join(member);
            return member;
        }

        @Override
        public OptionalLong committed(int partition) {
            List<OptionalLong> answer = new ArrayList<>();
            group.askCommitted(kafka.partition("log", partition), new ModelMember(), answer::add);
            ModelContractTest.this.until(() -> !answer.isEmpty());
            return answer.getFirst();
        }

        @Override
        public void until(BooleanSupplier condition) {
            ModelContractTest.this.until(condition);
        }
    }

    private final class ModelMember implements Member, ModelGroup.Member {
        private final List<Runnable> deferred = new ArrayList<>();
        private final Set<Integer> owned = new TreeSet<>();
        private final List<String> calls = new ArrayList<>();
        private ModelGroup group;
        private boolean frozen;

        @Override
        public void run(Runnable what) {
            if (frozen) {
                deferred.add(what);
            } else {
                what.run();
            }
        }

        @Override
        public boolean isDead() {
            return false;
        }

        @Override
        public boolean isFrozen() {
            return frozen;
        }

        @Override
        public void freeze() {
            frozen = true;
        }

        @Override
        public void thaw() {
            frozen = false;
            List<Runnable> due = List.copyOf(deferred);
            deferred.clear();
            due.forEach(Runnable::run);
        }

        @Override
        public void assigned(int partition) {
            owned.add(partition);
            calls.add("assigned " + partition);
        }

        @Override
        public void revoked(int partition, Runnable released) {
            owned.remove(partition);
            calls.add("revoked " + partition);
            released.run();
        }

        @Override
        public void lost(int partition) {
            owned.remove(partition);
            calls.add("lost " + partition);
        }

        @Override
        public Set<Integer> owned() {
            return owned;
        }

        @Override
        public List<String> calls() {
            return calls;
        }

        /** Sent while the member is alive, the request arrives whatever becomes of its sender. */
        @Override
        public boolean commit(int partition, long position) {
            Map<Boolean, Boolean> answer = new HashMap<>();
            boolean wasFrozen = frozen;
            frozen = false;
            group.commit(this, Map.of(kafka.partition("log", partition), position), ok -> answer.put(true, ok));
            until(() -> !answer.isEmpty());
            frozen = wasFrozen;
            return answer.get(true);
        }
    }
}
