package io.millrace.platform.past;

import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SegmentStart;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MomentSearchTest {
    private static final long T0 = 1_767_225_600_000L;
    /** Each segment has two parts of half a second; only its first part has a keyframe. */
    private static final int PART_MS = 500;

    /** The parts that a test writes, one after the other. */
    private static final class Index {
        final List<IndexEntry> entries = new ArrayList<>();
        private long epoch = 1;
        private long segment;
        private long timeMs = T0;
        private boolean discontinuous;

        Index segments(int count) {
            for (int i = 0; i < count; i++) {
                segment(true);
            }
            return this;
        }

        Index segment(boolean independent) {
            return segment(independent, false);
        }

        /** @param within whether the second part has a keyframe, too */
        Index segment(boolean independent, boolean within) {
            part(0, independent, independent);
            part(1, within, independent);
            segment++;
            discontinuous = false;
            return this;
        }

        private void part(int part, boolean independent, boolean segmentIndependent) {
            entries.add(new IndexEntry(new PartId(epoch, segment, part), part == 1, RenditionId.TS,
                    new PartPlace(entries.size(), 10), new PartTimes(0, PART_MS * 90, timeMs, 0), independent,
                    new Keyframe(epoch, independent ? entries.size() : Keyframe.NONE, 0),
                    new SegmentStart(segmentIndependent, discontinuous, 0, 2)));
            timeMs += PART_MS;
        }

        /** Nothing is published for a while; then the same epoch continues. */
        Index pauseMs(long ms) {
            timeMs += ms;
            discontinuous = true;
            return this;
        }

        /** PROGRAM-DATE-TIME is corrected, without a discontinuity. */
        Index movedMs(long ms) {
            timeMs += ms;
            return this;
        }

        Index epoch(long afterMs) {
            epoch++;
            segment = 0;
            timeMs += afterMs;
            return this;
        }
    }

    private static MomentSearch search(List<IndexEntry> entries, int from, long timeMs) {
        return search(entries, from, timeMs, 0);
    }

    private static MomentSearch search(List<IndexEntry> entries, int from, long timeMs, long overlapMs) {
        var search = new MomentSearch(timeMs);
        for (int i = from; i < entries.size() && search.fold(i, entries.get(i)); i++) {
            // Searches until it has found the entry.
        }
        search.endReached(overlapMs);
        return search;
    }

    private static long found(Index index, long timeMs) {
        MomentSearch search = search(index.entries, 0, T0 + timeMs);
        return search.result() instanceof Moment.At at ? at.entry().times().programDateTimeMs() - T0 : -1;
    }

    @Test
    void startsAtKeyframeAtOrBeforeTime() {
        Index index = new Index().segments(5);
        assertThat(found(index, 2_000)).as("at a keyframe").isEqualTo(2_000);
        assertThat(found(index, 1_999)).as("just before it").isEqualTo(1_000);
        assertThat(found(index, 2_700)).as("in the second part").isEqualTo(2_000);
        assertThat(found(index, 4_999)).as("in the last part").isEqualTo(4_000);
    }

    @Test
    void startsAtKeyframeOfEarlierSegment() {
        Index index = new Index().segments(2).segment(false).segment(false).segments(1);
        assertThat(found(index, 3_600)).isEqualTo(1_000);
    }

    @Test
    void startsAtSegmentAndNotAtKeyframeWithinIt() {
        Index index = new Index().segments(1).segment(true, true).segments(1);
        assertThat(found(index, 1_900)).isEqualTo(1_000);
    }

    @Test
    void startsWithinSegmentIfKeyframeIsCertainlyBeforeTime() {
        Index index = new Index().segments(1).segment(false, true).segments(1);
        assertThat(found(index, 1_900)).as("the keyframe may be later in the part").isZero();
        assertThat(found(index, 2_000)).isEqualTo(2_000);
        Index longer = new Index().segments(1).segment(false, true).segment(false).segments(1);
        assertThat(found(longer, 2_100)).isEqualTo(1_500);
    }

    @Test
    void startsAtEarliestRetainedKeyframe() {
        assertThat(found(new Index().segments(2), -5_000)).isZero();
        MomentSearch middle = search(new Index().segments(4).entries, 3, T0);
        assertThat(middle.beganTooLate()).isTrue();
        assertThat(((Moment.At) middle.result()).offset()).as("the earliest retained keyframe").isEqualTo(4);
    }

    @Test
    void startsAfterHole() {
        Index within = new Index().segments(2).pauseMs(20_000).segments(2);
        assertThat(found(within, 2_000)).as("the hole begins").isEqualTo(1_000);
        assertThat(found(within, 2_500)).isEqualTo(22_000);
        assertThat(found(within, 21_999)).isEqualTo(22_000);
        Index between = new Index().segments(2).epoch(3_600_000).segments(2);
        assertThat(found(between, 60_000)).isEqualTo(3_602_000);
        assertThat(search(between.entries, 4, T0 + 60_000).beganTooLate()).as("an epoch's first entry").isFalse();
    }

    @Test
    void takesNoKeyframeFromBeforeHole() {
        Index index = new Index().segments(2).pauseMs(20_000).segment(false).segments(1);
        assertThat(found(index, 22_100)).as("the first after it").isEqualTo(23_000);
    }

    @Test
    void findsNothingInFuture() {
        assertThat(found(new Index().segments(2), 2_000)).isEqualTo(-1);
        assertThat(search(List.of(), 0, T0).result()).isEqualTo(new Moment.NotYet());
        assertThat(search(List.of(), 0, T0).sawNothing()).isTrue();
    }

    @Test
    void takesOlderEpochIfClockWentBack() {
        Index index = new Index().segments(10).epoch(-5_000).segments(10);
        MomentSearch search = search(index.entries, 0, T0 + 7_300);
        assertThat(((Moment.At) search.result()).entry())
                .extracting(each -> each.id().epoch(), each -> each.id().segment())
                .containsExactly(1L, 7L);
    }

    @Test
    void timeBeforeSegmentThatBeginsLaterBelongsToTheOneBefore() {
        Index index = new Index().segments(2).movedMs(50).segments(2);
        assertThat(found(index, 1_999)).isEqualTo(1_000);
        assertThat(found(index, 2_020)).isEqualTo(1_000);
        assertThat(found(index, 2_050)).isEqualTo(2_050);
    }

    @Test
    void timeThatTwoSegmentsContainBelongsToTheLater() {
        Index index = new Index().segments(2).movedMs(-50).segments(2);
        assertThat(found(index, 1_949)).isEqualTo(1_000);
        assertThat(found(index, 1_950)).isEqualTo(1_950);
        assertThat(found(index, 2_000)).isEqualTo(1_950);
    }

    /** The result must not change when the next segment is in the log. */
    @Test
    void endOfNewestSegmentIsUndecidedUntilTheNext() {
        Index index = new Index().segments(2);
        assertThat(search(index.entries, 0, T0 + 1_949, 50).result()).isInstanceOf(Moment.At.class);
        assertThat(search(index.entries, 0, T0 + 1_950, 50).result()).isEqualTo(new Moment.NotYet());
        assertThat(search(index.entries, 0, T0 + 1_950, 0).result()).isInstanceOf(Moment.At.class);
        // Within a segment, times continue exactly.
        index.entries.removeLast();
        assertThat(search(index.entries, 0, T0 + 1_499, 50).result()).isInstanceOf(Moment.At.class);
    }

    /** Wherever reading began, it either returns the result of the whole index or reports that it began too late. */
    @Property
    void resultDoesNotDependOnStartOfReading(@ForAll @Size(max = 12) List<@IntRange(min = 0, max = 7) Integer> shape,
            @ForAll @IntRange(min = -2_000, max = 30_000) int timeMs, @ForAll @IntRange(max = 40) int from) {
        Index index = index(shape);
        MomentSearch whole = search(index.entries, 0, T0 + timeMs);
        MomentSearch late = search(index.entries, from, T0 + timeMs);
        boolean startsBeforeTheTime = from < index.entries.size()
                && index.entries.get(from).times().programDateTimeMs() <= T0 + timeMs;
        if (startsBeforeTheTime && !late.beganTooLate()) {
            assertThat(late.result()).isEqualTo(whole.result());
        }
    }

    /** A time that has been found in the log is found at the same keyframe when the log has grown. */
    @Property
    void resultDoesNotChangeWhenIndexGrows(@ForAll @Size(max = 12) List<@IntRange(min = 0, max = 7) Integer> shape,
            @ForAll @IntRange(min = -2_000, max = 30_000) int timeMs) {
        Index index = index(shape);
        Moment whole = search(index.entries, 0, T0 + timeMs).result();
        for (int to = 0; to < index.entries.size(); to++) {
            if (search(index.entries.subList(0, to), 0, T0 + timeMs, 50).result() instanceof Moment.At at) {
                assertThat(at).isEqualTo(whole);
            }
        }
    }

    private static Index index(List<Integer> shape) {
        Index index = new Index();
        for (int step : shape) {
            switch (step) {
                case 0 -> index.pauseMs(3_000).segment(true);
                case 1 -> index.epoch(4_000).segment(true);
                case 2 -> index.segment(index.entries.isEmpty());
                case 3 -> index.movedMs(-50).segment(true);
                case 4 -> index.movedMs(50).segment(true);
                default -> index.segment(true);
            }
        }
        return index;
    }
}
