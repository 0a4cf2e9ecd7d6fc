package io.millrace.simulation.kafka;

import io.millrace.simulation.engine.Chance;
import io.millrace.simulation.engine.EventQueue;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Producers, readers and groups over the model's network: what Kafka guarantees holds for every seed, and what it does
 * not guarantee fails for some.
 */
class ModelClientsTest {
    private static final int SEEDS = 200;
    private static final int RECORDS = 20;
    private static final int REQUEST_MS = 10_000;
    private static final int DELIVERY_MS = 30_000;
    private static final String PACKETS = "packets";
    private static final String SESSIONS = "sessions";

    /** A process that is a member of a group and records its notifications. */
    private static final class Probe implements ModelGroup.Member {
        private final List<Runnable> deferred = new ArrayList<>();
        private final List<Integer> owned = new ArrayList<>();
        private boolean dead;
        private boolean frozen;

        @Override
        public void run(Runnable what) {
            if (frozen) {
                deferred.add(what);
            } else if (!dead) {
                what.run();
            }
        }

        void thaw() {
            frozen = false;
            List.copyOf(deferred).forEach(this::run);
            deferred.clear();
        }

        @Override
        public boolean isDead() {
            return dead;
        }

        @Override
        public boolean isFrozen() {
            return frozen;
        }

        @Override
        public void assigned(int partition) {
            owned.add(partition);
        }

        @Override
        public void revoked(int partition, Runnable released) {
            owned.remove((Integer) partition);
            released.run();
        }

        @Override
        public void lost(int partition) {
            owned.remove((Integer) partition);
        }
    }

    /** One run: a producer that writes {@link #RECORDS} to each of two topics. */
    private static final class Run {
        private final EventQueue events = new EventQueue();
        private final Probe process = new Probe();
        /** Returns topic and key of every record, in the order in which they can be read. */
        private final List<String> committed = new ArrayList<>();
        private final List<Long> acknowledged = new ArrayList<>();
        private final List<Long> failed = new ArrayList<>();
        private final ModelKafka kafka;
        private final ModelProducer producer;

        Run(long seed) {
            kafka = new ModelKafka(events, new Chance(seed), 1,
                    (partition, stored) -> committed.add(partition.topic()));
            producer = kafka.producer(process, new ModelProducer.Times(REQUEST_MS, DELIVERY_MS));
        }

        void write() {
            for (int i = 0; i < RECORDS; i++) {
                long number = i;
                producer.send(kafka.partition(PACKETS, 0), "live/show", value(number), 0,
                        (_, failure) -> (failure == null ? acknowledged : failed).add(number));
                producer.send(kafka.partition(SESSIONS, 0), "live/show", value(number), 0,
                        ModelProducer.Outcome.IGNORED);
                events.runUntil(events.nowMs() + 3);
            }
        }

        List<Long> logged() {
            return kafka.partition(PACKETS, 0).read(0, Integer.MAX_VALUE).stream()
                    .map(stored -> number(stored.value())).toList();
        }
    }

    private static byte[] value(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    private static long number(byte[] value) {
        return ByteBuffer.wrap(value).getLong();
    }

    @Test
    void producerIsIdempotentAndOrdered() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Run run = new Run(seed);
            run.producer.slowUntil(15_000);
            run.write();
            run.events.runUntil(300_000);
            List<Long> logged = run.logged();
            assertThat(logged).as("seed %d", seed).isSorted().doesNotHaveDuplicates().containsAll(run.acknowledged);
            assertThat(run.acknowledged.size() + run.failed.size()).isEqualTo(RECORDS);
        }
    }

    @Test
    void failedRequestMayBeInLog() {
        assertThat(LongStream.range(0, SEEDS).anyMatch(seed -> {
            Run run = new Run(seed);
            run.producer.slowUntil(60_000);
            run.write();
            run.events.runUntil(300_000);
            return run.logged().stream().anyMatch(run.failed::contains);
        })).isTrue();
    }

    @Test
    void requestsOfDeadProcessMayArrive() {
        List<Integer> logged = IntStream.range(0, SEEDS).mapToObj(seed -> {
            Run run = new Run(seed);
            run.producer.slowUntil(60_000);
            run.write();
            run.process.dead = true;
            int before = run.logged().size();
            int told = run.acknowledged.size();
            run.events.runUntil(300_000);
            assertThat(run.acknowledged).hasSize(told);
            return run.logged().size() - before;
        }).toList();
        assertThat(logged).anyMatch(late -> late > 0).anyMatch(late -> late == 0);
    }

    @Test
    void partitionsAreNotOrderedRelativeToEachOther() {
        List<String> firsts = LongStream.range(0, SEEDS).mapToObj(seed -> {
            Run run = new Run(seed);
            run.write();
            run.events.runUntil(60_000);
            return run.committed.getFirst();
        }).toList();
        assertThat(firsts).contains(PACKETS, SESSIONS);
    }

    @Test
    void readerReadsInOrderWhileLeadersChange() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Run run = new Run(seed);
            List<Long> read = new ArrayList<>();
            new ModelReader(run.kafka, run.kafka.partition(PACKETS, 0), run.process,
                    stored -> read.add(number(stored.value())));
            run.events.after(20, () -> run.kafka.changeLeader(run.kafka.partition(PACKETS, 0)));
            run.events.after(40, () -> run.kafka.changeLeader(run.kafka.partition(PACKETS, 0)));
            run.write();
            run.events.runUntil(100_000);
            assertThat(read).as("seed %d", seed).isSorted().hasSize(RECORDS).isEqualTo(run.logged());
        }
    }

    @Test
    void failedCommitMayHaveBeenAccepted() {
        EventQueue events = new EventQueue();
        ModelKafka kafka = new ModelKafka(events, new Chance(1), 1, (_, _) -> {});
        ModelGroup group = new ModelGroup(kafka, 1);
        Probe member = new Probe();
        group.join(member);
        events.runUntil(5_000);
        group.failCommits(1);
        ModelPartition partition = kafka.partition(PACKETS, 0);
        List<Long> positions = new ArrayList<>();
        for (long position = 1; position <= RECORDS; position++) {
            group.commit(member, Map.of(partition, position), accepted -> assertThat(accepted).isFalse());
            events.runUntil(events.nowMs() + 100);
            positions.add(group.position(partition));
        }
        assertThat(positions).isSorted().anyMatch(position -> position == 0).anyMatch(position -> position > 0);
    }

    @Test
    void frozenMemberLosesPartitionsUnknowingly() {
        EventQueue events = new EventQueue();
        ModelGroup group = new ModelGroup(new ModelKafka(events, new Chance(1), 1, (_, _) -> {}), 2);
        Probe first = new Probe();
        group.join(first);
        events.runUntil(5_000);
        assertThat(first.owned).containsExactly(0, 1);
        Probe second = new Probe();
        group.join(second);
        events.runUntil(10_000);
        assertThat(first.owned).containsExactly(0);
        assertThat(second.owned).containsExactly(1);
        first.frozen = true;
        events.runUntil(20_000);
        assertThat(first.owned).containsExactly(0);
        assertThat(second.owned).containsExactlyInAnyOrder(0, 1);
        first.thaw();
        assertThat(first.owned).as("a zombie").containsExactly(0);
        events.runUntil(30_000);
        assertThat(first.owned.size() + second.owned.size()).isEqualTo(2);
        assertThat(first.owned).doesNotContainAnyElementsOf(second.owned);
    }
}
