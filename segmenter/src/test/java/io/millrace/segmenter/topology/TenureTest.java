package io.millrace.segmenter.topology;

import ch.qos.logback.classic.Level;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.platform.log.LogCodec;
import io.millrace.segmenter.Tape;
import io.millrace.segmenter.meters.SegmenterMeters;
import io.millrace.testkit.LogCapture;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TenureTest {
    private static final String STREAM = "live/show";
    private static final List<byte[]> RECORDS = records();

    private final Map<String, byte[]> changelog = new HashMap<>();
    private List<byte[]> log = RECORDS;
    private long committed = -1;

    private static List<byte[]> records() {
        Tape tape = new Tape();
        tape.publisher().configs().live(0, 130, 33, 60).ends().graceOver();
        return tape.entries().stream().map(e -> LogCodec.encode(e.record())).toList();
    }

    /** A task from its start to its end. */
    private final class Owner {
        final Tenure tenure;
        final PartitionFold fold = new PartitionFold(new SegmenterMeters(new SimpleMeterRegistry()));

        Owner(String key) {
            tenure = new Tenure(key, changelog, () -> committed);
            fold.resume(tenure.states(), tenure.newest(), this::isInLog);
        }

        private boolean isInLog(LogMark mark) {
            return mark.offset() >= log.size() || mark.equals(LogMark.of(mark.offset(), log.get((int) mark.offset())));
        }

        void read(int from, int until) {
            for (int i = from; i < until; i++) {
                fold.fold(STREAM, i, log.get(i));
            }
        }

        void write() {
            tenure.commit(fold, (key, value) -> {
                if (value == null) {
                    changelog.remove(key);
                } else {
                    changelog.put(key, value);
                }
            });
        }

        void commit() {
            write();
            committed = fold.position() + 1;
        }
    }

    @Test
    void successorTakesRecordOfGreatestPosition() {
        Owner frozen = new Owner("a");
        frozen.read(0, 20);
        frozen.commit();
        frozen.read(20, 30);
        Owner next = new Owner("b");
        next.read(20, 60);
        next.commit();
        frozen.write();

        Owner last = new Owner("c");
        assertThat(last.tenure.position()).isEqualTo(59);
        assertThat(last.tenure.states().get(STREAM)).isEqualTo(new Owner("d").tenure.states().get(STREAM));
        assertThat(owners()).containsExactly("a", "b");
    }

    @Test
    void staleOwnerDoesNotRestoreEndedStream() {
        Owner frozen = new Owner("a");
        frozen.read(0, 20);
        frozen.commit();
        frozen.read(20, 30);
        Owner next = new Owner("b");
        next.read(20, RECORDS.size());
        next.commit();
        next.fold.fold(STREAM, RECORDS.size(), new byte[]{1});
        next.commit();
        frozen.write();
        assertThat(new Owner("c").tenure.states()).isEmpty();
    }

    @Test
    void deletesPredecessorsAfterSuccessfulCommit() {
        Owner first = new Owner("a");
        first.read(0, 20);
        first.commit();
        Owner second = new Owner("b");
        second.read(20, 30);
        second.write();
        second.read(30, 40);
        second.write();
        assertThat(owners()).as("no commit has succeeded").containsExactly("a", "b");
        second.commit();
        second.read(40, 50);
        second.commit();
        assertThat(owners()).containsExactly("b");
    }

    /** A snapshot that is too large for a record, of which a crash left only some records. */
    @Test
    void incompleteSnapshotIsIgnored() {
        Map<String, byte[]> large = new HashMap<>();
        Owner first = new Owner("a");
        first.read(0, 20);
        first.commit();
        byte[] state = new Tenure("b", changelog, () -> -1).states().get(STREAM);
        Map<String, byte[]> many = new HashMap<>();
        IntStream.range(0, 5 * Tenure.CHUNK_BYTES / 2 / state.length).forEach(i -> many.put("live/" + i, state));
        PartitionFold fold = new PartitionFold(new SegmenterMeters(new SimpleMeterRegistry()));
        fold.resume(many, null, _ -> true);
        Tenure owner = new Tenure("c", Map.of(), () -> -1);
        many.keySet().forEach(stream -> fold.fold(stream, Math.max(20, fold.position() + 1), RECORDS.get(20)));
        owner.commit(fold, large::put);
        assertThat(large).hasSizeBetween(2, 5);
        assertThat(new Tenure("d", large, () -> -1).states()).hasSameSizeAs(many);

        changelog.putAll(large);
        changelog.remove("c/0/1");
        assertThat(new Tenure("e", changelog, () -> -1).position()).isEqualTo(19);
    }

    private SortedSet<String> owners() {
        SortedSet<String> owners = new TreeSet<>();
        changelog.keySet().forEach(key -> owners.add(key.substring(0, key.indexOf('/'))));
        return owners;
    }

    /** Offsets are used again: the snapshots from before the loss have greater positions. */
    @Test
    void successorTakesSnapshotAfterALoss() {
        Owner first = new Owner("a");
        first.read(0, 60);
        first.commit();
        try (LogCapture said = new LogCapture(PartitionFold.class)) {
            log = RECORDS.reversed();
            Owner second = new Owner("b");
            assertThat(second.fold.lacksPast()).isTrue();
            second.read(0, 10);
            second.commit();
            Owner third = new Owner("c");
            assertThat(third.tenure.position()).isEqualTo(9);
            assertThat(third.fold.lacksPast()).isFalse();

            third.read(10, 20);
            third.commit();
            log = RECORDS;
            third.read(0, 20);
            third.commit();
            Owner fourth = new Owner("d");
            assertThat(fourth.tenure.newest()).isEqualTo(LogMark.of(19, RECORDS.get(19)));
            assertThat(fourth.fold.lacksPast()).isFalse();
            assertThat(said.texts(Level.WARN)).hasSize(2)
                    .allMatch(line -> line.startsWith("packets lost records up to"));
        }
    }

    @Test
    void writesNothingWithoutNewRecord() {
        Owner first = new Owner("a");
        first.write();
        assertThat(changelog).isEmpty();
        first.read(0, 20);
        first.commit();
        Map<String, byte[]> written = Map.copyOf(changelog);
        first.write();
        assertThat(changelog).isEqualTo(written);
    }

    @Test
    void unreadableRecordIsReported() {
        Owner first = new Owner("a");
        first.read(0, 20);
        first.commit();
        changelog.put("damaged/0/0", new byte[]{1, 2, 3});
        try (LogCapture log = new LogCapture(Tenure.class)) {
            Owner second = new Owner("b");
            assertThat(second.tenure.isUnreadable()).isTrue();
            assertThat(second.tenure.position()).isEqualTo(19);
            assertThat(log.texts(Level.WARN)).singleElement().asString()
                    .startsWith("the state of owner damaged/0/0 cannot be read");
        }
    }
}
