package io.millrace.edge.follow;

import io.millrace.edge.view.RenditionView;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.IndexRecord;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.TrackId;
import io.millrace.testkit.Records;
import io.millrace.testkit.Records.PartSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** When the playlist of an epoch ends. Offsets are indices into the records of one stream. */
class FollowedEpochTest {
    private static final long EPOCH = 17;
    private static final long MUCH_LATER_MS = 3_600_000;
    private static final EpochRules BY_RECORD = new EpochRules(4, 2_000, 500, 12_000, 30_000, List.of(Format.TS));
    private static final EpochRules BY_DIRECTORY = new EpochRules(3, 2_000, 500, 12_000, 30_000, List.of(Format.TS));

    /**
     * Two edges that start at different offsets and whose clocks differ show the same at every offset, in epochs that end
     * by a record. The last segment is missing, or written by a packager that was frozen meanwhile.
     */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void everyEdgeEndsAtSameOffset(boolean lateSegment) {
        List<IndexRecord> records = segments(0, 9);
        int end = records.size();
        records.add(new EpochEnded(EPOCH, 10, 0));
        records.add(new EpochEnded(EPOCH, 10, 0));
        records.addAll(lateSegment ? segments(10, 10) : segments(9, 9));
        for (int start = 0; start <= records.size(); start++) {
            Edge edge = new Edge(BY_RECORD, records.subList(0, start));
            for (int next = start; next < records.size(); next++) {
                assertThat(edge.isEnded()).as("from %d, at %d", start, next).isEqualTo(next > end);
                edge.read(next, records.get(next));
                edge.epoch.endIfLate(System.currentTimeMillis() + (start % 2) * MUCH_LATER_MS);
            }
            assertThat(edge.text()).contains("9.ts\n#EXT-X-ENDLIST").doesNotContain("10.ts");
        }
    }

    /** The playlists of all renditions, at every offset, from whatever offset an edge follows the epoch. */
    @Test
    void everyEdgeShowsSameRenditionsAtSameOffset() {
        List<RenditionId> renditions = List.of(RenditionId.cmaf(new TrackId(Packet.Kind.VIDEO, 0)),
                RenditionId.cmaf(new TrackId(Packet.Kind.AUDIO, 0)), RenditionId.TS);
        List<IndexRecord> records = new ArrayList<>();
        for (long segment = 0; segment < 9; segment++) {
            for (RenditionId rendition : renditions) {
                PartSpec spec = new PartSpec(EPOCH, segment).of(rendition).discontinuity(segment == 4,
                        segment < 4 ? 0 : 1);
                records.add(segment == 6 && rendition == renditions.get(1)
                        ? spec.gap(0)
                        : spec.part(0, true, records.size()));
            }
        }
        records.add(new EpochEnded(EPOCH, 8, 0));
        List<List<String>> first = new ArrayList<>();
        for (int start = 0; start < records.size(); start++) {
            Edge edge = new Edge(Records.CMAF_RULES, records.subList(0, start));
            for (int next = start; next < records.size(); next++) {
                edge.read(next, records.get(next));
                List<String> texts = renditions.stream().map(edge::text).toList();
                if (start == 0) {
                    first.add(texts);
                }
                assertThat(texts).as("from %d, at %d", start, next).isEqualTo(first.get(next));
            }
        }
        assertThat(first.getLast()).allMatch(text -> text.endsWith("#EXT-X-ENDLIST\n"));
    }

    @Test
    void laterEpochEndsOneWhoseRecordIsLost() {
        List<IndexRecord> records = segments(0, 2);
        Edge edge = new Edge(BY_RECORD, records);
        edge.read(records.size(), Records.part(EPOCH - 1, 7, 0, true, 0));
        assertThat(edge.isEnded()).as("a repetition of an earlier epoch").isFalse();
        edge.read(records.size() + 1, Records.part(EPOCH + 1, 0, 0, true, 0));
        assertThat(edge.isEnded()).isTrue();
        assertThat(edge.text()).endsWith("2.ts\n#EXT-X-ENDLIST\n");
    }

    @Test
    void epochWithoutSegmentEnds() {
        Edge edge = new Edge(BY_RECORD, List.of());
        assertThat(edge.isEnded()).isFalse();
        edge.read(0, new EpochEnded(EPOCH, -1, 0));
        assertThat(edge.isEnded()).isTrue();
    }

    /** Before version 4 of the rules, an epoch ends with its last segment, or when that is late. */
    @Test
    void epochWithoutRecordEndsByDirectory() {
        List<IndexRecord> records = segments(0, 9);
        Edge missing = new Edge(BY_DIRECTORY, records);
        missing.epoch.endIfLate(System.currentTimeMillis());
        assertThat(missing.isEnded()).isFalse();
        missing.epoch.endIfLate(System.currentTimeMillis() + MUCH_LATER_MS);
        assertThat(missing.isEnded()).isTrue();

        Edge whole = new Edge(BY_DIRECTORY, records);
        segments(10, 10).forEach(record -> whole.read(records.size(), record));
        assertThat(whole.text()).endsWith("10.ts\n#EXT-X-ENDLIST\n");
    }

    @Test
    void listsNothingAfterEndlist() {
        List<IndexRecord> records = segments(0, 9);
        Edge edge = new Edge(BY_DIRECTORY, records);
        edge.epoch.endIfLate(System.currentTimeMillis() + MUCH_LATER_MS);
        String ended = edge.text();
        segments(10, 10).forEach(record -> edge.read(records.size(), record));
        assertThat(edge.text()).isEqualTo(ended);
    }

    private static List<IndexRecord> segments(long first, long last) {
        List<IndexRecord> records = new ArrayList<>();
        for (long segment = first; segment <= last; segment++) {
            List<IndexEntry> parts = Records.segment(EPOCH, segment);
            records.addAll(parts);
        }
        return records;
    }

    /** An edge that began to follow after the records of the past. The directory says that the epoch ended with segment 10. */
    private static final class Edge {
        final FollowedEpoch epoch;

        Edge(EpochRules rules, List<IndexRecord> past) {
            StreamEntry e = Records.entry("live/show", EPOCH, StreamEntry.State.ENDED, Records.TRACKS, 0, 10);
            var entry = new StreamEntry(e.stream(), EPOCH, e.state(), rules, e.span(), e.session(), e.playlist(),
                    e.sessions());
            epoch = new FollowedEpoch(entry, Watch.unread());
            epoch.fillTo(past.size());
            assertThat(epoch.filled(new IndexBackfill(past, true))).isTrue();
        }

        void read(long offset, IndexRecord record) {
            epoch.next(offset, record);
        }

        boolean isEnded() {
            return epoch.watch().view().ended();
        }

        String text() {
            return text(RenditionId.TS);
        }

        String text(RenditionId rendition) {
            RenditionView view = epoch.watch().view().of(rendition);
            return view.isListed() ? new String(view.media().plain(), StandardCharsets.UTF_8) : "";
        }
    }
}
