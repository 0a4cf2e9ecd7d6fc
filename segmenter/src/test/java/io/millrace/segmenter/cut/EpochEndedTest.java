package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.SegmentsRecord;
import io.millrace.segmenter.Tape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Each epoch ends by a record in {@code segments}, after its last cut. */
class EpochEndedTest {
    private final Tape tape = new Tape();

    private List<SegmentsRecord> written() {
        return Dump.of(tape).segmentsTopic();
    }

    @Test
    void followsLastCut() {
        tape.publisher().configs().live(0, 150, 33, 60).ends().graceOver();
        List<SegmentsRecord> written = written();
        Cut last = (Cut) written.get(written.size() - 2);
        assertThat(last.last()).isTrue();
        assertThat(written.getLast()).isInstanceOfSatisfying(EpochEnded.class, ended -> {
            assertThat(ended.epoch()).isZero();
            assertThat(ended.lastSegment()).isEqualTo(last.id().segment()).isEqualTo(2);
            assertThat(ended.endMs() - last.times().programDateTimeMs() - last.times().durationTicks() / 90)
                    .isBetween(0L, 1L);
        });
    }

    @Test
    void endsEachEpochOnce() {
        tape.publisher().configs().live(0, 100, 33, 60).ends().graceOver().graceOver();
        tape.publisher().configs().live(0, 100, 33, 60).ends().graceOver();
        tape.publisher().configs().live(0, 100, 33, 60).ends();
        assertThat(written()).filteredOn(EpochEnded.class::isInstance).extracting(SegmentsRecord::epoch)
                .isSorted().doesNotHaveDuplicates().hasSize(2);
    }

    @Test
    void endsEpochWithoutSegment() {
        tape.publisher().configs().ends().graceOver();
        assertThat(written()).containsExactly(new EpochEnded(0, -1, Tape.START_MS));
    }

    @Test
    void endsEpochOfQuarantinedSession() {
        Tape.Publisher p = tape.publisher().configs().live(0, 70, 33, 60);
        p.videoConfig("01").live(2_310, 30, 33, 60).ends().graceOver();
        Dump.Outcome outcome = Dump.of(tape);
        assertThat(outcome.failures()).isNotEmpty();
        assertThat(outcome.segmentsTopic().getLast()).isInstanceOf(EpochEnded.class);
    }

    /** Their logs have no such record, and replaying them must give the same. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void isNotWrittenBeforeRules4(int version) {
        tape.publisher(new EpochRules(version, 2_000, 500, 30_000, 30_000, List.of(Format.TS))).configs()
                .live(0, 100, 33, 60).ends().graceOver();
        assertThat(written()).isNotEmpty().allMatch(Cut.class::isInstance);
    }
}
