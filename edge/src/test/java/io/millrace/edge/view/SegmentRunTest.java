package io.millrace.edge.view;

import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.RenditionId;
import io.millrace.testkit.Records;
import io.millrace.testkit.Records.PartSpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SegmentRunTest {
    private static final long EPOCH = 17;

    private static SegmentRun read(long last, List<IndexedPart> records) {
        var run = new SegmentRun(EPOCH, RenditionId.TS, 0, last);
        for (int i = 0; i < records.size() && run.fold(i, records.get(i)); i++) {
            // The next one.
        }
        return run;
    }

    @Test
    void recordedGapMatchesLivePlaylist() {
        List<IndexedPart> records = new ArrayList<>(Records.segment(EPOCH, 0));
        records.add(new PartSpec(EPOCH, 1).discontinuity(true, 1).part(0, false, 2));
        records.add(new PartSpec(EPOCH, 1).discontinuity(true, 1).gap(1));
        records.addAll(Records.segment(EPOCH, 1));
        records.addAll(Records.segment(EPOCH, 2));
        var live = new StreamPlaylist(Records.RULES, RenditionId.TS);
        records.forEach(live::fold);

        List<Segment> past = read(2, records).segments(0, 2);
        assertThat(past).isEqualTo(List.copyOf(live.view().segments().values()));
        assertThat(new PlaylistBlock(new EpochName(EPOCH, 0), RenditionId.TS, past, 0).segments()).isEqualTo(past);
    }

    /** The packager that wrote the part was replaced by one that could not mux it, so its gap is void. */
    @Test
    void laterSegmentClosesSegmentAsInLivePlaylist() {
        List<IndexedPart> records = new ArrayList<>(Records.segment(EPOCH, 0));
        records.add(new PartSpec(EPOCH, 1).part(0, false, 2));
        records.add(new PartSpec(EPOCH, 1).gap(0));
        records.addAll(Records.segment(EPOCH, 2));
        var live = new StreamPlaylist(Records.RULES, RenditionId.TS);
        records.forEach(live::fold);

        assertThat(read(2, records).segments(0, 2)).isEqualTo(List.copyOf(live.view().segments().values()))
                .extracting(Segment::durationTicks).containsExactly(180_000L, 180_000L, 180_000L);
        assertThat(read(1, records).newest()).isEqualTo(1);
    }

    @Test
    void gapAtEndSettlesRun() {
        List<IndexedPart> records = new ArrayList<>(Records.segment(EPOCH, 0));
        records.add(new PartSpec(EPOCH, 1).gap(0));
        SegmentRun run = read(1, records);
        assertThat(run.isSettled()).isTrue();
        assertThat(run.newest()).isEqualTo(1);
    }
}
