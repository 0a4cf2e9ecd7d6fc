package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.SegmentsRecord;
import io.millrace.platform.log.StreamEntry;
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

    /** With one record, by which the next session takes over: cuts, the end, and then cuts from segment 0 on. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void endsWhenSessionWithOtherTracksTakesOver(boolean isLive) {
        Tape.Publisher first = tape.publisher().tracks("AVC", "AAC").configs().live(0, 100, 33, 60);
        if (!isLive) {
            first.ends();
        }
        Tape.Publisher second = tape.publisher().tracks("AVC", null).videoConfig(Tape.AVC_180P)
                .pictures(0, 100, 33, 60).ends();
        Dump.Outcome outcome = Dump.of(tape);
        assertThat(outcome.segments()).containsExactly("e0 s0 0 @0+1980 va td2", "e0 s0 1 @1980+1320 va td2",
                "e" + second.session + " s" + second.session + " 0 @0+1980 v td2",
                "e" + second.session + " s" + second.session + " 1 @1980+1320 v td2");
        List<SegmentsRecord> written = outcome.segmentsTopic();
        List<SegmentsRecord> ofFirst = written.stream().filter(each -> each.epoch() == 0).toList();
        assertThat(written).startsWith(ofFirst.toArray(SegmentsRecord[]::new));
        assertThat(ofFirst).filteredOn(EpochEnded.class::isInstance).containsExactly(ofFirst.getLast());
        List<StreamEntry> entries = outcome.entries();
        StreamEntry ended = entries.stream().filter(each -> each.epoch() == 0).toList().getLast();
        assertThat(ended.state()).isEqualTo(StreamEntry.State.ENDED);
        assertThat(ended.span().endedAtMs()).isPositive();
        assertThat(ended.session().warnings()).isEmpty();
        StreamEntry begun = entries.get(entries.indexOf(ended) + 1);
        assertThat(begun.epoch()).isEqualTo(second.session);
        assertThat(begun.state()).isEqualTo(StreamEntry.State.LIVE);
        assertThat(begun.session().warnings()).containsExactly(new StreamEntry.Warning("track_set_changed",
                "the tracks changed from AVC and AAC to AVC: players had to load the stream again"));
        assertThat(Dump.of(tape, 1).bytes()).as("resumed before each record").isEqualTo(outcome.bytes());
    }

    @Test
    void withdrawsEpochWithoutMediaWhenOtherTracksTakeOver() {
        tape.publisher().tracks("AVC", "AAC").configs();
        tape.publisher().tracks("AVC", null).videoConfig(Tape.AVC_180P);
        StreamFold fold = new StreamFold("live/show");
        List<Step> steps = tape.entries().stream().map(each -> fold.fold(each.offset(), each.record())).toList();
        Step last = steps.get(steps.size() - 2);
        assertThat(last.withdrawn()).hasValue(0);
        assertThat(last.ended().map(EpochEnded::epoch)).hasValue(0L);
        assertThat(last.entries()).extracting(StreamEntry::epoch).containsExactly(0L, 4L);
    }

    @Test
    void doesNotEndWhenSessionWithSameTracksTakesOver() {
        tape.publisher().tracks("AVC", "AAC").configs().live(0, 100, 33, 60).ends();
        tape.publisher().tracks("AVC", "AAC").configs().live(0, 100, 33, 60).ends();
        assertThat(written()).allMatch(Cut.class::isInstance).extracting(SegmentsRecord::epoch).containsOnly(0L);
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
