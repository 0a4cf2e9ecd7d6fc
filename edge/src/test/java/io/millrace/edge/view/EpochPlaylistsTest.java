package io.millrace.edge.view;

import io.millrace.platform.log.Gap;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.TrackId;
import io.millrace.testkit.Records;
import io.millrace.testkit.Records.PartSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The renditions of an epoch: MPEG-TS, video and audio, whose audio frames do not end with the segments. */
class EpochPlaylistsTest {
    private static final long EPOCH = 17;
    private static final RenditionId VIDEO = RenditionId.cmaf(new TrackId(Packet.Kind.VIDEO, 0));
    private static final RenditionId SECOND = RenditionId.cmaf(new TrackId(Packet.Kind.VIDEO, 1));
    private static final RenditionId AUDIO = RenditionId.cmaf(new TrackId(Packet.Kind.AUDIO, 0));
    private static final List<RenditionId> ALL = List.of(VIDEO, AUDIO, RenditionId.TS);
    /** In place of 90,000 ticks. */
    private static final long AUDIO_TICKS = 90_240;

    private static PartSpec spec(RenditionId rendition, long segment) {
        PartSpec spec = new PartSpec(EPOCH, segment).of(rendition)
                .durationTicks(rendition == AUDIO ? AUDIO_TICKS : 90_000);
        return rendition == RenditionId.TS ? spec : spec.initBytes(100);
    }

    /** Returns the records of segments in the order of the packager: a part in all renditions, then the next one. */
    private static List<IndexedPart> segments(List<RenditionId> renditions, long first, long last) {
        List<IndexedPart> records = new ArrayList<>();
        for (long segment = first; segment <= last; segment++) {
            for (int part = 0; part < 2; part++) {
                for (RenditionId rendition : renditions) {
                    records.add(spec(rendition, segment).part(part, part == 1, records.size()));
                }
            }
        }
        return records;
    }

    private static EpochPlaylists read(List<? extends IndexedPart> records) {
        var playlists = new EpochPlaylists(Records.CMAF_RULES);
        records.forEach(playlists::fold);
        return playlists;
    }

    private static String text(EpochPlaylists playlists, RenditionId rendition) {
        RenditionView view = playlists.view().of(rendition);
        return view.isListed() ? new String(view.media().plain(), StandardCharsets.UTF_8) : "";
    }

    @Test
    void listsOwnSegmentsOfEachRendition() {
        EpochPlaylists playlists = read(segments(ALL, 0, 1));
        assertThat(text(playlists, AUDIO)).isEqualTo("""
                #EXTM3U
                #EXT-X-VERSION:6
                #EXT-X-TARGETDURATION:2
                #EXT-X-MEDIA-SEQUENCE:0
                #EXT-X-DISCONTINUITY-SEQUENCE:0
                #EXT-X-INDEPENDENT-SEGMENTS
                #EXT-X-MAP:URI="init-0.mp4"
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z
                #EXTINF:2.00533,
                0.m4s
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:02.000Z
                #EXTINF:2.00533,
                1.m4s
                """);
        assertThat(text(playlists, VIDEO)).contains("#EXTINF:2.00000,\n0.m4s\n");
        assertThat(text(playlists, RenditionId.TS)).contains("#EXT-X-VERSION:3\n", "#EXTINF:2.00000,\n0.ts\n")
                .doesNotContain("MAP");
        assertThat(playlists.view().of(SECOND).isListed()).isFalse();
    }

    @Test
    void namesInitSectionAgainAfterDiscontinuity() {
        List<IndexedPart> records = new ArrayList<>(segments(List.of(VIDEO), 0, 1));
        for (long segment = 2; segment <= 8; segment++) {
            records.add(
                    spec(VIDEO, segment).durationTicks(180_000).discontinuity(segment == 2, 1).part(0, true, segment));
        }
        assertThat(text(read(records.subList(0, 6)), VIDEO)).contains("""
                1.m4s
                #EXT-X-DISCONTINUITY
                #EXT-X-MAP:URI="init-1.mp4"
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:04.000Z
                #EXTINF:2.00000,
                2.m4s
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:06.000Z
                #EXTINF:2.00000,
                3.m4s
                """);
        assertThat(text(read(records), VIDEO)).as("the discontinuity has left the window")
                .contains("#EXT-X-DISCONTINUITY-SEQUENCE:1\n", "#EXT-X-MAP:URI=\"init-1.mp4\"\n")
                .doesNotContain("#EXT-X-DISCONTINUITY\n", "init-0.mp4");
    }

    @Test
    void findsNewestSegmentOfDiscontinuity() {
        List<IndexedPart> records = new ArrayList<>(segments(List.of(VIDEO), 0, 1));
        records.add(spec(VIDEO, 2).discontinuity(true, 1).part(0, false, 10));
        RenditionView view = read(records).view().of(VIDEO);
        assertThat(view.completeAfter(0)).get().extracting(Segment::number).isEqualTo(1L);
        assertThat(view.completeAfter(1)).as("it is not complete").isEmpty();
    }

    /** The first part has the init section, which is part of no segment. */
    @Test
    void countsMediaBytesOnly() {
        RenditionView view = read(segments(List.of(VIDEO), 0, 0)).view().of(VIDEO);
        assertThat(view.segments().get(0L).sizeBytes()).isEqualTo(1_900);
        assertThat(view.peakBitrate()).isEqualTo(7_600);
    }

    @Test
    void listsTrackThatBeginsLate() {
        List<IndexedPart> records = new ArrayList<>();
        records.add(spec(AUDIO, 0).durationTicks(0).sizeBytes(100).part(0, false, 0));
        var whole = new PartTimes(0, 180_000, Records.EPOCH_MS, 0);
        IndexedPart last = spec(AUDIO, 0).part(1, true, 0);
        records.add(new Gap(last.id(), AUDIO, Gap.Reason.EMPTY, whole, last.start()));
        records.add(spec(AUDIO, 1).durationTicks(0).sizeBytes(100).part(0, false, 2));
        records.add(spec(AUDIO, 1).durationTicks(45_000).part(3, true, 4));
        EpochPlaylists playlists = read(records);
        assertThat(text(playlists, AUDIO)).endsWith("""
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z
                #EXT-X-GAP
                #EXTINF:2.00000,
                0.m4s
                """);
        playlists.fold(spec(AUDIO, 1).durationTicks(45_000).part(1, true, 4));
        assertThat(text(playlists, AUDIO)).as("at the time of its first sample").endsWith("""
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:02.500Z
                #EXTINF:0.50000,
                1.m4s
                """);
    }

    @Test
    void findsKeyframeOfDefaultTrack() {
        EpochPlaylists playlists = read(List.of(spec(AUDIO, 0).keyframe(30).part(0, true, 0)));
        assertThat(playlists.view().newestKeyframe().keyframe()).isEqualTo(new Keyframe(EPOCH, 30, 0));
        playlists.fold(spec(VIDEO, 0).keyframe(40).part(0, true, 1));
        playlists.fold(spec(SECOND, 0).keyframe(41).part(0, true, 2));
        playlists.fold(spec(AUDIO, 1).keyframe(42).part(0, true, 3));
        assertThat(playlists.view().newestKeyframe().keyframe().offset()).isEqualTo(40);
        playlists.fold(spec(RenditionId.TS, 1).keyframe(90).part(0, true, 3));
        assertThat(playlists.view().newestKeyframe().keyframe().offset()).isEqualTo(90);
    }

    @Test
    void sharesViewsOfUnchangedRenditions() {
        EpochPlaylists playlists = read(segments(ALL, 0, 3));
        EpochView before = playlists.view();
        playlists.fold(spec(VIDEO, 4).part(0, true, 1_000));
        EpochView after = playlists.view();
        assertThat(after.of(AUDIO)).isSameAs(before.of(AUDIO));
        assertThat(after.of(VIDEO)).isNotSameAs(before.of(VIDEO));
    }

    @Test
    void endsAllRenditions() {
        EpochPlaylists playlists = read(segments(ALL, 0, 3));
        assertThat(playlists.newest()).isEqualTo(3);
        assertThat(playlists.end()).isTrue();
        assertThat(playlists.end()).isFalse();
        assertThat(ALL).allSatisfy(each -> {
            assertThat(text(playlists, each)).endsWith("#EXT-X-ENDLIST\n");
            assertThat(playlists.view().of(each).ended()).isTrue();
        });
        assertThat(playlists.view().of(SECOND).ended()).isTrue();
        assertThat(playlists.fold(spec(VIDEO, 4).part(0, true, 1_000))).isFalse();
    }

    /** Wherever an edge begins to read, even between the records of one part: at each offset, its playlists are the same. */
    @Property(tries = 300)
    void doesNotDependOnStartOfReading(@ForAll @IntRange(max = 150) int first, @ForAll @IntRange(max = 20) int late) {
        List<IndexedPart> records = new ArrayList<>(segments(ALL, 0, late - 1));
        List<RenditionId> more = List.of(VIDEO, AUDIO, SECOND, RenditionId.TS);
        records.addAll(segments(more, late, 20));
        int from = Math.min(first, records.size() - 1);
        EpochPlaylists begun = read(records.subList(from, records.size()));
        EpochPlaylists all = read(records);
        if (begun.isFilled()) {
            assertThat(more).allSatisfy(each -> assertThat(text(begun, each)).isEqualTo(text(all, each)));
        }
        assertThat(begun.isFilled()).as("from offset %d of %d, late from %d", from, records.size(), late)
                .isEqualTo(from < records.size() && reachesBack(records.get(from), late));
    }

    /** Windows of 12 s are six segments, and one more must be known: two if a rendition begins there. */
    private static boolean reachesBack(IndexedPart first, int late) {
        if (late == 15) {
            return first.id().segment() < 13 || first.id().segment() == 13 && first.id().isFirst();
        }
        return first.id().segment() < 14
                || first.id().segment() == 14 && first.rendition() == VIDEO && first.id().isFirst();
    }

    @Test
    void isFilledAtBeginningOfLog() {
        EpochPlaylists playlists = read(segments(ALL, 10, 11));
        assertThat(playlists.isFilled()).isFalse();
        playlists.beginningReached();
        assertThat(playlists.isFilled()).isTrue();
        assertThat(new EpochPlaylists(Records.CMAF_RULES).isFilled()).isFalse();
    }
}
