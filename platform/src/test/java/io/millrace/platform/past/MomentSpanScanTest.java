package io.millrace.platform.past;

import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Encoder;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.log.StreamEntry;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MomentSpanScanTest {
    private static final long T0 = 1_767_225_600_000L;
    private static final int SEGMENT_MS = 2_000;
    private static final StreamEntry EPOCH = new StreamEntry("live/show", 1, StreamEntry.State.LIVE,
            new EpochRules(1, SEGMENT_MS, 500, 12_000, 30_000, List.of(Format.TS)), new StreamEntry.Span(0, 0, T0, 0),
            new StreamEntry.NewestSession(1, 0, 0, T0, new Encoder("node", "encoder", "peer"), List.of(), List.of()),
            new StreamEntry.Playlist(2, -1, 0), List.of());

    private static ConsumerRecord<String, LogRecord> segment(long number) {
        return segment("live/show", number);
    }

    private static ConsumerRecord<String, LogRecord> segment(String stream, long number) {
        var entry = new IndexEntry(new PartId(1, number, 0), true, RenditionId.TS, new PartPlace(number, 10),
                new PartTimes(0, SEGMENT_MS * 90L, T0 + number * SEGMENT_MS, 0), true, new Keyframe(1, number, 0),
                new SegmentStart(true, false, 0, 2));
        return new ConsumerRecord<>("index", 0, number, stream, entry);
    }

    /**
     * Reads from segment 0 on, as a search for a moment {@code wanted} segments later does. Returns the number of
     * entries that it used.
     */
    private static long scan(MomentSpanScan scan) {
        long number = 0;
        while (scan.test(segment(number))) {
            number++;
        }
        return number + 1;
    }

    private static MomentSpanScan scanTo(long wanted) {
        long wantedMs = T0 + wanted * SEGMENT_MS;
        return new MomentSpanScan(EPOCH, Topic.PARTS, new Moments.Floor(0, 0, T0),
                new ReadBudget(Moments.SEARCH_LIMIT_BYTES), wantedMs, wantedMs, true);
    }

    @Test
    void continuesToNearEntry() {
        MomentSpanScan scan = scanTo(InterpolationSearch.NEAR_RECORDS - 1);

        // The entry after the wanted one ends the span.
        assertThat(scan(scan)).isEqualTo(InterpolationSearch.NEAR_RECORDS + 1);
        assertThat(scan.isFar()).isFalse();
        assertThat(scan.result().entries()).hasSize(InterpolationSearch.NEAR_RECORDS + 1);
    }

    @Test
    void stopsIfEntryIsFar() {
        MomentSpanScan scan = scanTo(InterpolationSearch.NEAR_RECORDS);

        assertThat(scan(scan)).isEqualTo(InterpolationSearch.NEAR_RECORDS);
        assertThat(scan.isFar()).isTrue();
        assertThat(scan.earliest()).isEqualTo(new InterpolationSearch.Point(0, T0));
        assertThat(scan.latest().offset()).isEqualTo(InterpolationSearch.NEAR_RECORDS - 1);
    }

    @Test
    void endOfEpochSettlesSpan() {
        MomentSpanScan scan = scanTo(9);
        assertThat(scan.test(segment(0))).isTrue();
        assertThat(scan.test(new ConsumerRecord<>("index", 0, 1, "live/show", new EpochEnded(1, 0, T0)))).isFalse();
        assertThat(scan.result().settled()).isTrue();
        assertThat(scan.result().entries()).hasSize(1);
    }

    @Test
    void stopsAmongEntriesOfOtherStreams() {
        MomentSpanScan scan = scanTo(0);
        for (int i = 1; i < MomentSpanScan.MISSED_RECORDS; i++) {
            assertThat(scan.test(segment("live/other", i))).isTrue();
        }
        assertThat(scan.test(segment("live/other", 0))).isFalse();
        assertThat(scan.isFar()).isFalse();
        assertThat(scan.result().entries()).isEmpty();
    }

    @Test
    void continuesAmongOtherStreamsAfterEntryOfEpoch() {
        MomentSpanScan scan = scanTo(1);
        assertThat(scan.test(segment(0))).isTrue();
        for (int i = 1; i <= MomentSpanScan.MISSED_RECORDS; i++) {
            assertThat(scan.test(segment("live/other", i))).isTrue();
        }
        assertThat(scan.result().entries()).hasSize(1);
    }
}
