package io.millrace.simulation.kafka;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What Millrace relies on from Kafka. The model and a real broker both have to pass it. What a broker in the test's process
 * cannot be made to do, such as losing records that are not replicated, is left to {@link ModelPartitionTest}.
 */
abstract class KafkaContract {
    /** Number of the partitions that a {@link Group} shares out. */
    static final int PARTITIONS = 2;
    /** A timestamp in the past of any clock: no broker rejects it. */
    private static final long BEGINNING_MS = 1_000_000;
    private static final int MANY = 100;
    private static final int HOUR_MS = 3_600_000;

    /** A record that a consumer has read. */
    record Read(long offset, String key, String value) {}

    /** One partition of a topic, whose leader is asked in its own terms. */
    interface Log {
        /** Returns the offset of the first record, when all replicas have it; empty if the batch is rejected. */
        OptionalLong append(Batch batch);

        /** Sends records through a client, without waiting in between. Returns their offsets. */
        List<Long> send(List<Batch.Entry> entries);

        /** Returns what a consumer reads that begins at {@code from}, or at the first record if that was deleted. */
        List<Read> read(long from);

        long startOffset();

        long endOffset();

        /** Returns the offset of the first record with at least this timestamp. */
        OptionalLong offsetAt(long timeMs);

        /** Returns the time of the broker. */
        long timeMs();

        void deleteBefore(long offset);

        /** Runs the cleaner until it has removed every record that a later one replaces. The newest record is spared. */
        void compact();
    }

    /** A member of a group, which reacts only during {@link Group#until}. */
    interface Member {
        /** The partitions that the member believes to own. */
        Set<Integer> owned();

        /** The callbacks so far: {@code assigned 0}, {@code revoked 0}, {@code lost 0}. */
        List<String> calls();

        /** Commits a position as the member that it believes to be. Returns whether the coordinator accepted it. */
        boolean commit(int partition, long position);

        void freeze();

        void thaw();
    }

    /** A consumer group over a topic of {@link #PARTITIONS} partitions. */
    interface Group {
        Member join();

        OptionalLong committed(int partition);

        /** Lets time pass until the condition holds. */
        void until(BooleanSupplier condition);
    }

    /** Returns a new partition that is compacted, or else keeps everything. */
    abstract Log log(boolean compacted);

    abstract Group group();

    private final long producer = ThreadLocalRandom.current().nextLong(1_000, Integer.MAX_VALUE);

    // ---- Producers

    @Test
    void repeatedBatchIsAppendedOnce() {
        Log log = log(false);
        assertThat(append(log, producer, 0, 0, "a", "b")).hasValue(0);
        assertThat(append(log, producer + 1, 0, 0, "other")).hasValue(2);
        assertThat(append(log, producer, 0, 0, "a", "b")).hasValue(0);
        assertThat(append(log, producer, 0, 2, "c")).hasValue(3);
        assertThat(keys(log, 0)).containsExactly("a", "b", "other", "c");
    }

    @Test
    void lastFiveBatchesAreRecognizedIfTheyAreRepeated() {
        Log log = log(false);
        for (int sequence = 0; sequence <= 5; sequence++) {
            append(log, producer, 0, sequence, "k" + sequence);
        }
        assertThat(append(log, producer, 0, 1, "k1")).hasValue(1);
        assertThat(append(log, producer, 0, 5, "k5")).hasValue(5);
        assertThat(append(log, producer, 0, 0, "k0")).isEmpty();
        assertThat(log.endOffset()).isEqualTo(6);
    }

    @Test
    void batchAfterMissingOneIsRejected() {
        Log log = log(false);
        append(log, producer, 0, 0, "a");
        assertThat(append(log, producer, 0, 2, "c")).isEmpty();
        assertThat(append(log, producer, 0, 1, "b")).hasValue(1);
        assertThat(keys(log, 0)).containsExactly("a", "b");
    }

    @Test
    void batchWithOtherBoundsIsNoRepetition() {
        Log log = log(false);
        append(log, producer, 0, 0, "a", "b");
        assertThat(append(log, producer, 0, 0, "a")).isEmpty();
        assertThat(append(log, producer, 0, 1, "b", "c")).isEmpty();
        assertThat(log.endOffset()).isEqualTo(2);
    }

    @Test
    void unknownProducerBeginsWithAnySequence() {
        Log log = log(false);
        assertThat(append(log, producer, 3, 17, "later")).hasValue(0);
        assertThat(append(log, producer, 3, 0, "first")).isEmpty();
        assertThat(append(log, producer, 3, 18, "next")).hasValue(1);
    }

    @Test
    void newerEpochFencesOlderOneOfItsProducerOnly() {
        Log log = log(false);
        append(log, producer, 0, 0, "a");
        assertThat(append(log, producer, 1, 1, "not from 0")).isEmpty();
        assertThat(append(log, producer, 1, 0, "new")).hasValue(1);
        assertThat(append(log, producer, 0, 1, "late")).isEmpty();
        assertThat(append(log, producer, 0, 0, "a")).as("even a repeated batch").isEmpty();
        assertThat(append(log, producer + 1, 0, 0, "other")).hasValue(2);
        assertThat(keys(log, 0)).containsExactly("a", "new", "other");
    }

    @Test
    void lateBatchIsAppendedWithoutNewerEpoch() {
        Log log = log(false);
        append(log, producer, 0, 0, "a");
        assertThat(append(log, producer, 0, 1, "late")).hasValue(1);
        assertThat(append(log, producer, 1, 0, "new")).hasValue(2);
    }

    @Test
    void recordMoreThanAnHourAheadIsRejected() {
        Log log = log(false);
        long nowMs = log.timeMs();
        assertThat(
                log.append(new Batch(producer, 0, 0, List.of(new Batch.Entry("a", new byte[1], nowMs + 2 * HOUR_MS)))))
                .isEmpty();
        assertThat(
                log.append(new Batch(producer, 0, 0, List.of(new Batch.Entry("a", new byte[1], nowMs + HOUR_MS / 2)))))
                .hasValue(0);
    }

    @Test
    void clientWritesInTheOrderOfItsCallsAndOnceEach() {
        Log log = log(false);
        List<Batch.Entry> entries = IntStream.range(0, MANY).mapToObj(i -> entry("k" + i)).toList();
        List<Long> offsets = log.send(entries);
        assertThat(offsets).isSorted().doesNotHaveDuplicates().hasSize(MANY);
        assertThat(keys(log, 0)).containsExactlyElementsOf(entries.stream().map(Batch.Entry::key).toList());
    }

    // ---- Consumers

    @Test
    void acknowledgedIsReadableFromAnyOffset() {
        Log log = log(false);
        append(log, producer, 0, 0, "a", "b", "c");
        assertThat(log.endOffset()).isEqualTo(3);
        assertThat(log.read(1)).containsExactly(new Read(1, "b", "of b"), new Read(2, "c", "of c"));
        assertThat(log.read(3)).isEmpty();
    }

    @Test
    void tombstoneHasNoValue() {
        Log log = log(false);
        log.append(new Batch(producer, 0, 0, List.of(new Batch.Entry("a", null, BEGINNING_MS))));
        assertThat(log.read(0)).containsExactly(new Read(0, "a", null));
    }

    @Test
    void findsFirstRecordOfATime() {
        Log log = log(false);
        log.append(new Batch(producer, 0, 0, timed(1_000, 3_000, 2_000)));
        log.append(new Batch(producer, 0, 3, timed(4_000)));
        assertThat(log.offsetAt(BEGINNING_MS)).hasValue(0);
        assertThat(log.offsetAt(BEGINNING_MS + 1_000)).hasValue(0);
        assertThat(log.offsetAt(BEGINNING_MS + 2_000)).as("the first one, not the nearest").hasValue(1);
        assertThat(log.offsetAt(BEGINNING_MS + 3_001)).hasValue(3);
        assertThat(log.offsetAt(BEGINNING_MS + 4_001)).isEmpty();
    }

    // ---- Retention

    @Test
    void deletedRecordsAreSkippedAndOffsetsGoOn() {
        Log log = log(false);
        append(log, producer, 0, 0, "a");
        append(log, producer, 0, 1, "b");
        append(log, producer, 0, 2, "c");
        log.deleteBefore(2);
        assertThat(log.startOffset()).isEqualTo(2);
        assertThat(log.endOffset()).isEqualTo(3);
        assertThat(keys(log, 0)).containsExactly("c");
        assertThat(log.offsetAt(0)).hasValue(2);
        log.deleteBefore(3);
        assertThat(keys(log, 0)).isEmpty();
        assertThat(append(log, producer, 0, 2, "c")).as("a repeated batch").hasValue(2);
        assertThat(append(log, producer, 0, 3, "d")).hasValue(3);
        assertThat(keys(log, 0)).containsExactly("d");
    }

    @Test
    void compactionKeepsLastRecordOfEachKeyAtItsOffset() {
        Log log = log(true);
        append(log, producer, 0, 0, "a", "b", "a");
        append(log, producer, 0, 3, "b");
        log.append(new Batch(producer, 0, 4, List.of(new Batch.Entry("gone", new byte[1], BEGINNING_MS),
                new Batch.Entry("gone", null, BEGINNING_MS))));
        append(log, producer, 0, 6, "a", "newest");
        log.compact();
        assertThat(log.read(0)).contains(new Read(3, "b", "of b"), new Read(5, "gone", null), new Read(6, "a", "of a"))
                .allMatch(read -> read.offset() == 3 || read.offset() >= 5);
        assertThat(log.read(4).getFirst()).as("from a hole").isEqualTo(new Read(5, "gone", null));
        assertThat(log.startOffset()).isZero();
        assertThat(log.endOffset()).isGreaterThanOrEqualTo(8);
    }

    @Test
    void compactionLeavesProducersKnown() {
        Log log = log(true);
        append(log, producer, 0, 0, "a");
        append(log, producer + 1, 0, 0, "a");
        append(log, producer + 1, 0, 1, "newest");
        log.compact();
        assertThat(log.read(0).getFirst().offset()).isEqualTo(1);
        assertThat(append(log, producer, 0, 0, "a")).as("a repeated batch").hasValue(0);
        assertThat(append(log, producer, 0, 2, "c")).as("after a missing one").isEmpty();
    }

    // ---- Groups

    @Test
    void everyPartitionHasOneOwnerAndStaysIfItCan() {
        Group group = group();
        Member first = group.join();
        group.until(() -> first.owned().equals(Set.of(0, 1)));
        Member second = group.join();
        group.until(() -> !second.owned().isEmpty());
        assertThat(first.owned()).hasSize(1).doesNotContainAnyElementsOf(second.owned());
        assertThat(second.owned()).hasSize(1);
        int moved = second.owned().iterator().next();
        assertThat(first.calls().subList(PARTITIONS, first.calls().size())).containsExactly("revoked " + moved);
    }

    @Test
    void frozenMemberIsReplacedUnknowinglyAndFenced() {
        Group group = group();
        Member frozen = group.join();
        group.until(() -> frozen.owned().size() == PARTITIONS);
        assertThat(group.committed(0)).isEmpty();
        assertThat(frozen.commit(0, 5)).isTrue();
        frozen.freeze();
        Member successor = group.join();
        group.until(() -> successor.owned().size() == PARTITIONS);
        assertThat(frozen.owned()).as("as it believes").hasSize(PARTITIONS);
        assertThat(group.committed(0)).hasValue(5);
        assertThat(frozen.commit(0, 6)).isFalse();
        assertThat(successor.commit(0, 7)).isTrue();
        assertThat(frozen.commit(0, 6)).isFalse();
        assertThat(group.committed(0)).hasValue(7);

        frozen.thaw();
        group.until(() -> {
            Set<Integer> all = new HashSet<>(frozen.owned());
            all.addAll(successor.owned());
            return all.size() == PARTITIONS && frozen.owned().size() == 1 && successor.owned().size() == 1;
        });
        assertThat(frozen.calls()).contains("lost 0", "lost 1").doesNotContain("revoked 0", "revoked 1");
    }

    private static OptionalLong append(Log log, long producer, int epoch, int sequence, String... keys) {
        return log.append(new Batch(producer, epoch, sequence, Arrays.stream(keys).map(KafkaContract::entry).toList()));
    }

    private static Batch.Entry entry(String key) {
        return new Batch.Entry(key, ("of " + key).getBytes(StandardCharsets.UTF_8), BEGINNING_MS);
    }

    private static List<Batch.Entry> timed(long... sinceBeginningMs) {
        return Arrays.stream(sinceBeginningMs)
                .mapToObj(ms -> new Batch.Entry("at " + ms, new byte[1], BEGINNING_MS + ms)).toList();
    }

    private static List<String> keys(Log log, long from) {
        return log.read(from).stream().map(Read::key).toList();
    }
}
