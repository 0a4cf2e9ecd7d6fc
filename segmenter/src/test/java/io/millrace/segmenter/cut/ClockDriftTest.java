package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.StreamEntry;
import io.millrace.segmenter.Tape;
import io.millrace.testkit.SlowTest;
import java.util.List;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** PROGRAM-DATE-TIME follows the clock of ingest: docs/protocols.md, section 9.3. */
class ClockDriftTest {
    private static final long SECOND_MS = 1_000;
    private static final long MINUTE_MS = 60 * SECOND_MS;
    private static final long HOUR_MS = 60 * MINUTE_MS;
    private static final int SEGMENT_MS = 6_000;
    /** Times are rounded to whole ms twice. */
    private static final long ROUNDING_MS = 1;

    private final Tape tape = new Tape();

    private static EpochRules rules(int version) {
        return new EpochRules(version, SEGMENT_MS, 2_000, 30_000, 30_000, List.of(Format.TS));
    }

    private Tape.Publisher publisher() {
        return tape.publisher(rules(EpochRules.CURRENT_VERSION)).videoConfig(Tape.AVC_180P);
    }

    /** A clock of the encoder that is {@code ppm} too fast: ingest receives everything early. */
    private static LongUnaryOperator fastBy(int ppm) {
        return ms -> ms - ms * ppm / 1_000_000;
    }

    /** Adds a frame per second, in segments of 6 s. */
    private static Tape.Publisher pictures(Tape.Publisher publisher, long fromMs, long untilMs) {
        return publisher.pictures(fromMs, (int) ((untilMs - fromMs) / SECOND_MS), 1_000, 6);
    }

    private Dump.Outcome cut() {
        Dump.Outcome outcome = Dump.of(tape);
        assertThat(outcome.failures()).isEmpty();
        assertWithinRules(outcome.cuts());
        return outcome;
    }

    /** How far segments begin from the end of the one before, without a discontinuity. */
    private static void assertWithinRules(List<Cut> cuts) {
        for (int i = 1; i < cuts.size(); i++) {
            Cut before = cuts.get(i - 1);
            Cut cut = cuts.get(i);
            long stepMs = stepMs(before, cut);
            if (cut.head() == null) {
                assertThat(stepMs).isBetween(-ROUNDING_MS, ROUNDING_MS);
            } else if (cut.head().start().discontinuous()) {
                assertThat(stepMs).isGreaterThanOrEqualTo(-ROUNDING_MS);
            } else {
                long mostMs = mostMs(cuts, i) + ROUNDING_MS;
                assertThat(stepMs).isBetween(-mostMs, mostMs);
            }
            assertThat(cut.times().programDateTimeMs()).isGreaterThan(before.times().programDateTimeMs());
        }
    }

    private static long stepMs(Cut before, Cut cut) {
        return cut.times().programDateTimeMs() - before.times().endMs();
    }

    /** 1 % of the segment before {@code cuts.get(i)}, and at most 50 ms. */
    private static long mostMs(List<Cut> cuts, int i) {
        long ticks = 0;
        for (int at = i - 1; at >= 0 && cuts.get(at).id().isInSegmentOf(cuts.get(i - 1).id()); at--) {
            ticks += cuts.get(at).times().durationTicks();
        }
        return Math.min(50, ticks / 90 / 100);
    }

    /** By how much the segments begin later or earlier than the segment before ends, in total. */
    private static long movedMs(List<Cut> cuts) {
        long movedMs = 0;
        for (int i = 1; i < cuts.size(); i++) {
            movedMs += cuts.get(i).head() == null ? 0 : stepMs(cuts.get(i - 1), cuts.get(i));
        }
        return movedMs;
    }

    private static List<Cut> heads(List<Cut> cuts) {
        return cuts.stream().filter(cut -> cut.head() != null).toList();
    }

    /** Returns the arrival of a segment's first frame minus its PROGRAM-DATE-TIME. */
    private static long delayMs(Cut head, LongUnaryOperator arrivalMs) {
        return Tape.START_MS + arrivalMs.applyAsLong(head.times().startTicks() / 90) - head.times().programDateTimeMs();
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 20, -20, -200})
    void staysWithinASecondOfTheClock(int ppm) {
        staysWithinASecond(ppm, 4);
    }

    @SlowTest
    @ParameterizedTest
    @ValueSource(ints = {200, -200})
    void staysWithinASecondOfTheClockForTwoDays(int ppm) {
        staysWithinASecond(ppm, 48);
    }

    private void staysWithinASecond(int ppm, int hours) {
        tape.arrival(fastBy(ppm));
        pictures(publisher(), 0, hours * HOUR_MS).ends().graceOver();
        Dump.Outcome outcome = cut();
        assertThat(heads(outcome.cuts())).hasSize(hours * 600)
                .allSatisfy(head -> assertThat(delayMs(head, fastBy(ppm))).isBetween(-SECOND_MS, SECOND_MS));
        assertThat(outcome.cuts()).noneMatch(cut -> cut.head() != null && cut.head().start().discontinuous());

        long endMs = outcome.cuts().getLast().times().endMs();
        assertThat(outcome.segmentsTopic().getLast()).isInstanceOfSatisfying(EpochEnded.class,
                ended -> assertThat(ended.endMs()).isBetween(endMs - ROUNDING_MS, endMs + ROUNDING_MS));
        StreamEntry.Session session = outcome.entries().getLast().sessions().getFirst();
        assertThat(session.startedAtMs() + session.durationMs()).isBetween(endMs - ROUNDING_MS, endMs + ROUNDING_MS);
    }

    @Test
    void movesNoTimeWithinMedia() {
        tape.arrival(fastBy(200));
        pictures(publisher(), 0, 3 * HOUR_MS).ends();
        List<Cut> cuts = cut().cuts();
        assertThat(movedMs(cuts)).isLessThan(-500);
        for (int i = 1; i < cuts.size(); i++) {
            assertThat(cuts.get(i).times().startTicks())
                    .isEqualTo(cuts.get(i - 1).times().startTicks() + cuts.get(i - 1).times().durationTicks());
        }
    }

    @ParameterizedTest
    @CsvSource({"1", "4", "5"})
    void earlierRulesFollowTheEncoder(int version) {
        tape.arrival(fastBy(200));
        pictures(tape.publisher(rules(version)).videoConfig(Tape.AVC_180P), 0, 6 * HOUR_MS).ends();
        List<Cut> cuts = cut().cuts();
        assertThat(heads(cuts)).allSatisfy(head -> assertThat(head.times().programDateTimeMs())
                .isEqualTo(Tape.START_MS + head.times().startTicks() / 90));
        assertThat(delayMs(heads(cuts).getLast(), fastBy(200))).isLessThan(-4 * SECOND_MS);
    }

    /** Faster or slower than real time by so much that no clock explains it, up to an hour of media in 10 s. */
    @ParameterizedTest
    @ValueSource(doubles = {360, 2, 1.01, 1.001, 0.999, 0.99, 0.5})
    void publisherAtAnotherSpeedMovesNothing(double speed) {
        tape.arrival(ms -> (long) (ms / speed));
        pictures(publisher(), 0, 2 * HOUR_MS).ends();
        assertThat(movedMs(cut().cuts())).isZero();
    }

    @Test
    void hourPushedAtOnceMovesNothingWhenTheStreamContinues() {
        tape.arrival(ms -> ms < HOUR_MS ? ms / 360 : ms - HOUR_MS + 10 * SECOND_MS);
        pictures(publisher(), 0, 4 * HOUR_MS).ends();
        assertThat(movedMs(cut().cuts())).isZero();
    }

    /** Packets of 3 s arrive together, the newest in time. */
    @Test
    void burstsMoveNothing() {
        tape.arrival(ms -> Math.ceilDiv(ms, 3 * SECOND_MS) * 3 * SECOND_MS + ms % 97);
        pictures(publisher(), 0, 2 * HOUR_MS).ends();
        assertThat(movedMs(cut().cuts())).isZero();
    }

    /** A network that delays everything for some minutes, whenever and for however long, but not for two windows. */
    @ParameterizedTest
    @CsvSource({"0, 9, 3100", "5, 12, 3100", "25, 14, 55000"})
    void queueOfMinutesMovesNothing(long fromMin, long minutes, long delayMs) {
        tape.arrival(ms -> ms + (ms >= fromMin * MINUTE_MS && ms < (fromMin + minutes) * MINUTE_MS ? delayMs : 0));
        pictures(publisher(), 0, 2 * HOUR_MS).ends();
        assertThat(movedMs(cut().cuts())).isZero();
    }

    @Test
    void queueThatGrowsMovesNothing() {
        tape.arrival(ms -> ms + ms / 200);
        pictures(publisher(), 0, HOUR_MS).ends();
        assertThat(movedMs(cut().cuts())).isZero();
    }

    /** An error that stays is corrected, 50 ms per segment of 6 s, after it was seen in two windows. */
    @ParameterizedTest
    @ValueSource(longs = {-40_000, -3_000, -501, 501, 3_000, 40_000})
    void constantErrorIsCorrectedSlowly(long errorMs) {
        LongUnaryOperator arrivalMs = ms -> ms + (ms < 3 * MINUTE_MS ? 0 : errorMs);
        tape.arrival(arrivalMs);
        pictures(publisher(), 0, 3 * HOUR_MS).ends();
        List<Cut> heads = heads(cut().cuts());
        // The error is in the least delay of the first window if it is negative.
        long fromMs = (errorMs < 0 ? 20 : 30) * MINUTE_MS;
        long segments = Math.ceilDiv(Math.abs(errorMs), 50L);
        assertThat(heads.stream().filter(head -> head.times().startTicks() / 90 < fromMs))
                .allSatisfy(head -> assertThat(head.times().programDateTimeMs())
                        .isEqualTo(Tape.START_MS + head.times().startTicks() / 90));
        assertThat(heads.stream().filter(head -> head.times().startTicks() / 90 > fromMs + (segments + 2) * SEGMENT_MS))
                .isNotEmpty().allSatisfy(head -> assertThat(delayMs(head, arrivalMs)).isZero());
    }

    @ParameterizedTest
    @ValueSource(longs = {-70_000, -500, 500, 70_000})
    void smallAndLargeErrorsStay(long errorMs) {
        tape.arrival(ms -> ms + (ms < MINUTE_MS ? 0 : errorMs));
        pictures(publisher(), 0, 2 * HOUR_MS).ends();
        assertThat(movedMs(cut().cuts())).isZero();
    }

    @Test
    void reconnectMovesNothing() {
        tape.startsAt(Tape.START_MS);
        pictures(publisher(), 0, HOUR_MS / 2).ends();
        tape.startsAt(Tape.START_MS + HOUR_MS / 2 + 20 * SECOND_MS);
        tape.arrival(ms -> ms + 300);
        pictures(publisher(), 0, HOUR_MS).ends();
        List<Cut> cuts = cut().cuts();
        // The second session begins when it started.
        assertThat(movedMs(cuts)).isEqualTo(20 * SECOND_MS);
    }

    /** Times do not go back at the takeover. They are 2 s ahead of the new node's clock, which is corrected like drift. */
    @Test
    void takeoverByNodeWhoseClockIsBehindIsCorrectedSlowly() {
        tape.startsAt(Tape.START_MS);
        pictures(publisher(), 0, HOUR_MS).ends();
        long secondMs = Tape.START_MS + HOUR_MS - 2 * SECOND_MS;
        tape.startsAt(secondMs);
        pictures(publisher(), 0, HOUR_MS).ends();
        List<Cut> cuts = cut().cuts();
        assertThat(movedMs(cuts)).isEqualTo(-2 * SECOND_MS);
        Cut last = heads(cuts).getLast();
        assertThat(last.times().programDateTimeMs()).isEqualTo(secondMs + last.times().startTicks() / 90);
    }

    @Test
    void takeoverByNodeWhoseClockIsAheadMovesNothing() {
        tape.startsAt(Tape.START_MS);
        pictures(publisher(), 0, HOUR_MS).ends();
        tape.startsAt(Tape.START_MS + HOUR_MS + 2 * SECOND_MS);
        pictures(publisher(), 0, HOUR_MS).ends();
        assertThat(movedMs(cut().cuts())).isEqualTo(2 * SECOND_MS);
    }

    /** At a discontinuity, times may be set. */
    @Test
    void discontinuityAppliesTheRestAtOnce() {
        LongUnaryOperator arrivalMs = ms -> ms + (ms < MINUTE_MS ? 0 : 30 * SECOND_MS);
        tape.arrival(arrivalMs);
        Tape.Publisher publisher = pictures(publisher(), 0, 31 * MINUTE_MS).lose();
        pictures(publisher, 31 * MINUTE_MS + 6_000, 40 * MINUTE_MS).ends();
        List<Cut> heads = heads(cut().cuts());
        Cut after = heads.stream().filter(head -> head.head().start().discontinuous()).findFirst().orElseThrow();
        assertThat(delayMs(heads.get(heads.indexOf(after) - 1), arrivalMs)).isBetween(28 * SECOND_MS, 30 * SECOND_MS);
        assertThat(delayMs(after, arrivalMs)).isZero();
    }

    /** A jump of the timestamps sets times by the clock, so that nothing is left to correct. */
    @Test
    void jumpOfTimestampsEndsCorrection() {
        LongUnaryOperator arrivalMs = ms -> ms < MINUTE_MS ? ms : ms + 30 * SECOND_MS;
        tape.arrival(arrivalMs);
        Tape.Publisher publisher = pictures(publisher(), 0, 31 * MINUTE_MS);
        pictures(publisher, 2 * HOUR_MS, 3 * HOUR_MS).ends();
        List<Cut> heads = heads(cut().cuts());
        assertThat(heads.stream().dropWhile(head -> !head.head().start().discontinuous())).hasSize(600)
                .allSatisfy(head -> assertThat(head.times().programDateTimeMs()).isEqualTo(
                        Tape.START_MS + arrivalMs.applyAsLong(2 * HOUR_MS) + head.times().startTicks() / 90));
    }

    /** The last part of each segment is a frame, which is shorter than the greatest step. */
    @Test
    void segmentsBeginAfterTheLastPartBefore() {
        LongUnaryOperator arrivalMs = ms -> ms < MINUTE_MS ? ms : ms - SECOND_MS;
        tape.arrival(arrivalMs);
        tape.publisher(new EpochRules(EpochRules.CURRENT_VERSION, 5_000, 500, 30_000, 30_000, List.of(Format.TS)))
                .videoConfig(Tape.AVC_180P).pictures(0, 40_000, 40, 121).ends();
        List<Cut> cuts = cut().cuts();
        assertThat(cuts.stream().filter(Cut::last)).first().extracting(last -> last.times().durationTicks() / 90)
                .isEqualTo(40L);
        assertThat(delayMs(heads(cuts).getLast(), arrivalMs)).isZero();
    }

    /** Over the run, a restart happens at every position of a segment of six frames. */
    @Test
    void restartsResultInSameBytes() {
        assertRestartsChangeNothing(7);
    }

    @SlowTest
    @Test
    void restartAnywhereResultsInSameBytes() {
        assertRestartsChangeNothing(1);
    }

    private void assertRestartsChangeNothing(int every) {
        tape.arrival(fastBy(-200));
        pictures(publisher(), 0, 3 * HOUR_MS).ends();
        Dump.Outcome outcome = cut();
        assertThat(movedMs(outcome.cuts())).isPositive();
        assertThat(Dump.of(tape, every).bytes()).isEqualTo(outcome.bytes());
    }

    @Property(tries = 1)
    void timesIncreaseAndRestartsChangeNothing(@ForAll long seed, @ForAll @IntRange(min = -400, max = 400) int ppm,
            @ForAll @IntRange(min = 1, max = 500) int every) {
        assertTimesIncrease(seed, ppm, every);
    }

    @Property(tries = 12)
    @Tag(SlowTest.TAG)
    void timesOfManyStreamsIncreaseAndRestartsChangeNothing(@ForAll long seed,
            @ForAll @IntRange(min = -400, max = 400) int ppm, @ForAll @IntRange(min = 1, max = 500) int every) {
        assertTimesIncrease(seed, ppm, every);
    }

    /** Segments with parts as short as a frame, in any clock, with errors, losses, jumps and reconnects. */
    private static void assertTimesIncrease(long seed, int ppm, int every) {
        Random random = new Random(seed);
        long errorMs = random.nextInt(6_000) - 3_000;
        long fromMs = random.nextInt(1_000_000);
        Tape wild = new Tape().arrival(ms -> fastBy(ppm).applyAsLong(ms) + (ms > fromMs ? errorMs : 0));
        EpochRules rules = new EpochRules(EpochRules.CURRENT_VERSION, 2_000, 500, 30_000, 30_000, List.of(Format.TS));
        Tape.Publisher p = wild.publisher(rules).videoConfig(Tape.AVC_180P);
        int frameMs = 100 + random.nextInt(400);
        long ms = 0;
        for (int part = 0; part < 40; part++) {
            int frames = 1 + random.nextInt(400);
            p.pictures(ms, frames, frameMs, 1 + random.nextInt(12));
            ms += (long) frames * frameMs;
            switch (random.nextInt(12)) {
                case 0 -> p.lose();
                case 1 -> ms += random.nextInt(20_000);
                case 2 -> p = wild.startsAt(Tape.START_MS + ms - 2_000).publisher(rules).videoConfig(Tape.AVC_180P);
                default -> {
                    // The stream continues.
                }
            }
        }
        p.ends();
        Dump.Outcome outcome = Dump.of(wild);
        assertWithinRules(outcome.cuts());
        assertThat(Dump.of(wild, every).bytes()).isEqualTo(outcome.bytes());
    }
}
