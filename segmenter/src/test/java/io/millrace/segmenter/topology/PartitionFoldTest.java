package io.millrace.segmenter.topology;

import ch.qos.logback.classic.Level;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.EventFold;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamEvent;
import io.millrace.segmenter.Tape;
import io.millrace.segmenter.meters.SegmenterMeters;
import io.millrace.testkit.LogCapture;
import io.millrace.testkit.SlowTest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PartitionFoldTest {
    private static final String STREAM = "live/show";
    private final SegmenterMeters meters = new SegmenterMeters(new SimpleMeterRegistry());

    private static Tape story() {
        Tape tape = new Tape();
        Tape.Publisher first = tape.publisher().configs().live(0, 130, 33, 60);
        Tape.Publisher second = tape.publisher().configs();
        first.live(4_290, 3, 33, 60);
        second.live(50, 100, 33, 30).ends().graceOver();
        tape.publisher().configs().ends().graceOver();
        tape.publisher().configs().live(0, 70, 33, 60).ends().graceOver();
        tape.publisher().configs().ends().graceOver();
        return tape;
    }

    private static final List<byte[]> RECORDS = story().entries().stream().map(e -> LogCodec.encode(e.record()))
            .toList();

    /** The outputs of a fold without interruption. */
    private static final List<SegmenterOutput> STRAIGHT = straight();

    private static List<SegmenterOutput> straight() {
        PartitionFold fold = new PartitionFold(new SegmenterMeters(new SimpleMeterRegistry()));
        List<SegmenterOutput> all = new ArrayList<>();
        for (int i = 0; i < RECORDS.size(); i++) {
            all.addAll(fold.fold(STREAM, i, RECORDS.get(i)));
        }
        return all;
    }

    @Property(tries = 20)
    void killsLoseAndChangeNoOutput(@ForAll long seed) {
        assertKillsChangeNothing(seed);
    }

    @Property(tries = 200)
    @Tag(SlowTest.TAG)
    void manyKillsLoseAndChangeNoOutput(@ForAll long seed) {
        assertKillsChangeNothing(seed);
    }

    /**
     * Kills at any moment: between commits, and within one after the state was written and before the offsets were.
     * Outputs since the last commit may or may not have reached the log.
     */
    private void assertKillsChangeNothing(long seed) {
        Random random = new Random(seed);
        Map<String, byte[]> changelog = new HashMap<>();
        List<SegmenterOutput> durable = new ArrayList<>();
        List<SegmenterOutput> unsure = new ArrayList<>();
        int committed = 0;
        int next = 0;
        PartitionFold fold = new PartitionFold(meters);
        while (next < RECORDS.size()) {
            unsure.addAll(fold.fold(STREAM, next, RECORDS.get(next)));
            next++;
            int dice = random.nextInt(100);
            if (dice < 10) {
                commit(fold, changelog);
                if (dice < 7) {
                    durable.addAll(unsure);
                    unsure.clear();
                    committed = next;
                }
            }
            if (dice >= 7 && dice < 12) {
                durable.addAll(unsure.subList(0, random.nextInt(unsure.size() + 1)));
                unsure.clear();
                fold = new PartitionFold(meters);
                unsure.addAll(fold.resume(changelog, null, _ -> true));
                next = committed;
            }
        }
        durable.addAll(unsure);

        assertThat(firstOfEach(durable)).isEqualTo(cuts(STRAIGHT));
        assertThat(lastEntries(durable)).isEqualTo(lastEntries(STRAIGHT));
        EventFold events = new EventFold(1);
        assertThat(events(durable).stream().filter(events::isNew).toList()).isEqualTo(events(STRAIGHT));
    }

    private static List<StreamEvent> events(List<SegmenterOutput> outputs) {
        return records(outputs.stream().filter(o -> o.topic() == Topic.EVENTS).toList()).stream()
                .map(StreamEvent.class::cast).toList();
    }

    private static void commit(PartitionFold fold, Map<String, byte[]> changelog) {
        fold.commit((stream, state) -> {
            if (state == null) {
                changelog.remove(stream);
            } else {
                changelog.put(stream, state);
            }
        });
    }

    private static List<SegmenterOutput> cuts(List<SegmenterOutput> outputs) {
        return outputs.stream().filter(o -> o.topic() == Topic.SEGMENTS).toList();
    }

    private static List<SegmenterOutput> firstOfEach(List<SegmenterOutput> outputs) {
        return cuts(outputs).stream().distinct().toList();
    }

    private static Map<String, SegmenterOutput> lastEntries(List<SegmenterOutput> outputs) {
        Map<String, SegmenterOutput> last = new HashMap<>();
        outputs.stream().filter(o -> o.topic() == Topic.STREAMS).forEach(o -> last.put(o.key(), o));
        return last;
    }

    private static List<LogRecord> records(List<SegmenterOutput> outputs) {
        return outputs.stream().map(output -> LogCodec.decode(ByteBuffer.wrap(output.value()))).toList();
    }

    private static List<byte[]> live() {
        Tape tape = new Tape();
        tape.publisher().configs().live(0, 130, 33, 60);
        return tape.entries().stream().map(e -> LogCodec.encode(e.record())).toList();
    }

    /** The state has a session of which the log has lost everything; another session has the same number. */
    @Test
    void endsStreamsOfALogThatHasLostTheNewestRecordOfTheState() {
        Map<String, byte[]> changelog = new HashMap<>();
        PartitionFold first = new PartitionFold(meters);
        List<byte[]> lost = live();
        for (int i = 0; i < lost.size(); i++) {
            first.fold(STREAM, i, lost.get(i));
        }
        commit(first, changelog);
        PartitionFold second = new PartitionFold(meters);
        try (LogCapture logged = new LogCapture(PartitionFold.class)) {
            List<LogRecord> outputs = records(second.resume(changelog, first.newest(), _ -> false));
            assertThat(first.newest()).isEqualTo(LogMark.of(lost.size() - 1, lost.getLast()));
            assertThat(outputs).filteredOn(EpochEnded.class::isInstance).hasSize(1);
            assertThat(outputs).filteredOn(StreamEntry.class::isInstance).last()
                    .extracting(entry -> ((StreamEntry) entry).state()).isEqualTo(StreamEntry.State.ENDED);
            assertThat(logged.texts(Level.ERROR)).singleElement().asString().contains("lost records");
        }
        assertThat(second.lacksPast()).isTrue();
        List<SegmenterOutput> again = new ArrayList<>();
        for (int i = 0; i < RECORDS.size(); i++) {
            again.addAll(second.fold(STREAM, i, RECORDS.get(i)));
        }
        assertThat(again).as("as if nothing had been before").isEqualTo(STRAIGHT);
    }

    @Test
    void beginsAnewWhereOffsetsGoBack() {
        PartitionFold fold = new PartitionFold(meters);
        List<byte[]> lost = live();
        for (int i = 0; i < lost.size(); i++) {
            fold.fold(STREAM, i, lost.get(i));
        }
        List<SegmenterOutput> again = new ArrayList<>();
        try (LogCapture logged = new LogCapture(PartitionFold.class)) {
            again.addAll(fold.fold(STREAM, 0, RECORDS.getFirst()));
            assertThat(logged.texts(Level.ERROR)).hasSize(1);
        }
        assertThat(records(again)).filteredOn(EpochEnded.class::isInstance).hasSize(1);
        again.clear();
        for (int i = 1; i < RECORDS.size(); i++) {
            again.addAll(fold.fold(STREAM, i, RECORDS.get(i)));
        }
        assertThat(again).isEqualTo(STRAIGHT);
    }

    @Test
    void endedStreamIsDeletedOneCommitLater() {
        PartitionFold fold = new PartitionFold(meters);
        for (int i = 0; i < RECORDS.size(); i++) {
            fold.fold(STREAM, i, RECORDS.get(i));
        }
        Map<String, byte[]> changelog = new HashMap<>();

        commit(fold, changelog);
        assertThat(changelog).containsKey(STREAM);
        assertThat(fold.size()).isOne();
        commit(fold, changelog);
        assertThat(changelog).isEmpty();
        assertThat(fold.size()).isZero();
    }

    /** The states left by a task that folded all records and died after a commit. */
    private Map<String, byte[]> changelogOfEndedStream() {
        PartitionFold fold = new PartitionFold(meters);
        for (int i = 0; i < RECORDS.size(); i++) {
            fold.fold(STREAM, i, RECORDS.get(i));
        }
        Map<String, byte[]> changelog = new HashMap<>();
        commit(fold, changelog);
        return changelog;
    }

    @Test
    void successorDeletesEndedStreamAfterLaterCommit() {
        Map<String, byte[]> changelog = changelogOfEndedStream();
        PartitionFold second = new PartitionFold(meters);

        assertThat(second.resume(changelog, null, _ -> true)).isNotEmpty();
        // Commits while records are repeated: a task that takes over after such a commit repeats the remaining records
        // once more.
        for (int i = RECORDS.size() - 5; i < RECORDS.size(); i++) {
            commit(second, changelog);
            commit(second, changelog);
            assertThat(changelog).containsKey(STREAM);
            assertThat(second.fold(STREAM, i, RECORDS.get(i))).isEmpty();
        }
        commit(second, changelog);
        assertThat(changelog).containsKey(STREAM);
        commit(second, changelog);
        assertThat(changelog).isEmpty();
    }

    @Test
    void recordsOfOtherStreamsLetSuccessorDeleteEndedStream() {
        Map<String, byte[]> changelog = changelogOfEndedStream();
        PartitionFold second = new PartitionFold(meters);
        second.resume(changelog, null, _ -> true);
        commit(second, changelog);

        second.fold("live/other", RECORDS.size(), RECORDS.getFirst());
        commit(second, changelog);
        commit(second, changelog);
        assertThat(changelog).containsOnlyKeys("live/other");
    }

    @Test
    void withdrawsOnlyEpochsWithoutSegment() {
        List<SegmenterOutput> tombstones = STRAIGHT.stream().filter(o -> o.value() == null).toList();
        Map<String, SegmenterOutput> last = lastEntries(STRAIGHT);

        assertThat(last).hasSize(4);
        assertThat(tombstones).hasSize(2).allMatch(o -> o.topic() == Topic.STREAMS)
                .allSatisfy(o -> assertThat(last.get(o.key())).isEqualTo(o));
    }

    @Test
    void idleStreamIsNotRewritten() {
        PartitionFold fold = new PartitionFold(meters);
        fold.fold(STREAM, 0, RECORDS.getFirst());
        fold.commit((_, _) -> {});

        List<String> written = new ArrayList<>();
        fold.commit((stream, _) -> written.add(stream));
        assertThat(written).isEmpty();
    }

    @Test
    void damagedStateIsRebuiltFromLog() {
        PartitionFold first = new PartitionFold(meters);
        int half = RECORDS.size() / 3;
        for (int i = 0; i < half; i++) {
            first.fold(STREAM, 2 * i, RECORDS.get(i));
            first.fold("live/other", 2 * i + 1, RECORDS.get(i));
        }
        Map<String, byte[]> changelog = new HashMap<>();
        commit(first, changelog);
        changelog.put(STREAM, new byte[]{9, 9, 9});
        PartitionFold second = new PartitionFold(meters);
        try (LogCapture log = new LogCapture(PartitionFold.class)) {
            second.resume(changelog, null, _ -> true);
            assertThat(log.texts(Level.WARN)).hasSize(1);
        }
        assertThat(second.isDamaged()).isTrue();
        for (int i = 0; i < half; i++) {
            second.refold(STREAM, 2 * i, RECORDS.get(i));
            second.refold("live/other", 2 * i + 1, RECORDS.get(i));
        }
        for (int i = half; i < RECORDS.size(); i++) {
            assertThat(second.fold(STREAM, 2 * i, RECORDS.get(i))).isEqualTo(first.fold(STREAM, 2 * i, RECORDS.get(i)));
            assertThat(second.fold("live/other", 2 * i + 1, RECORDS.get(i)))
                    .isEqualTo(first.fold("live/other", 2 * i + 1, RECORDS.get(i)));
        }
    }

    @Test
    void damagedStateRestartsItsStreamOnly() {
        PartitionFold first = new PartitionFold(meters);
        for (int i = 0; i < 40; i++) {
            first.fold(STREAM, 2 * i, RECORDS.get(i));
            first.fold("live/other", 2 * i + 1, RECORDS.get(i));
        }
        Map<String, byte[]> changelog = new HashMap<>();
        commit(first, changelog);
        changelog.put(STREAM, new byte[]{9, 9, 9});
        PartitionFold second = new PartitionFold(meters);
        try (LogCapture log = new LogCapture(PartitionFold.class)) {
            assertThat(second.resume(changelog, null, _ -> true)).extracting(SegmenterOutput::key)
                    .allMatch(key -> key.startsWith("live/other"));
            assertThat(log.texts(Level.ERROR)).singleElement().asString()
                    .startsWith(STREAM + ": the segmenter's state cannot be read");
        }
        assertThat(second.size()).isOne();
    }
}
