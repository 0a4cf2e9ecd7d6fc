package io.millrace.edge.view;

import io.millrace.media.m3u8.PartsPlaylist.Skip;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Gap;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.TrackId;
import io.millrace.testkit.Records;
import io.millrace.testkit.Records.PartSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Playlists with parts of a video and an audio rendition: four parts of 0.5 s per segment. */
class PartsViewTest {
    private static final long EPOCH = 17;
    private static final RenditionId VIDEO = RenditionId.cmaf(new TrackId(Packet.Kind.VIDEO, 0));
    private static final RenditionId AUDIO = RenditionId.cmaf(new TrackId(Packet.Kind.AUDIO, 0));
    private static final List<RenditionId> BOTH = List.of(VIDEO, AUDIO);
    private static final int PARTS = 4;
    /** The segment with which another session begins. */
    private static final long DISCONTINUITY = 10;
    /** Six segments of 2 s, so that no delta updates are offered. */
    private static final EpochRules SHORT = Records.CMAF_RULES;
    private static final EpochRules LONG = new EpochRules(EpochRules.CURRENT_VERSION, 2_000, 500, 16_000, 30_000,
            SHORT.formats());

    private static IndexedPart part(RenditionId rendition, long segment, int part) {
        return new PartSpec(EPOCH, segment).of(rendition).durationTicks(45_000).initBytes(100)
                .discontinuity(segment == DISCONTINUITY, segment < DISCONTINUITY ? 0 : 1)
                .part(part, part == PARTS - 1, 1_000 * segment + part);
    }

    private static IndexedPart gap(RenditionId rendition, long segment, int part) {
        return new PartSpec(EPOCH, segment).of(rendition).durationTicks((PARTS - part) * 45_000L)
                .discontinuity(segment == DISCONTINUITY, segment < DISCONTINUITY ? 0 : 1).gap(part);
    }

    /** Returns the records of segments in the order of the packager: a part in all renditions, then the next one. */
    private static List<IndexedPart> segments(long first, long last) {
        List<IndexedPart> records = new ArrayList<>();
        for (long segment = first; segment <= last; segment++) {
            for (int part = 0; part < PARTS; part++) {
                for (RenditionId rendition : BOTH) {
                    records.add(part(rendition, segment, part));
                }
            }
        }
        return records;
    }

    private static EpochPlaylists epoch(EpochRules rules) {
        var epoch = new EpochPlaylists(rules);
        epoch.tracks(Records.TRACKS, 0);
        return epoch;
    }

    private static EpochPlaylists read(EpochRules rules, List<? extends IndexedPart> records) {
        EpochPlaylists epoch = epoch(rules);
        records.forEach(epoch::fold);
        return epoch;
    }

    private static PartsView view(List<? extends IndexedPart> records) {
        return read(SHORT, records).view().parts();
    }

    private static List<IndexedPart> and(List<IndexedPart> some, IndexedPart... more) {
        List<IndexedPart> all = new ArrayList<>(some);
        all.addAll(List.of(more));
        return all;
    }

    private static String text(PartsView view, RenditionId rendition) {
        return new String(view.text(rendition, Skip.NOTHING).plain(), StandardCharsets.UTF_8);
    }

    private static String text(PartsView view, RenditionId rendition, Front at, Skip skip) {
        return new String(view.text(rendition, at, skip).plain(), StandardCharsets.UTF_8);
    }

    @Test
    void withdrawnSegmentsAndPartsAreGaps() {
        EpochPlaylists epoch = read(SHORT, and(segments(0, 3), part(VIDEO, 4, 0), part(AUDIO, 4, 0)));
        String before = text(epoch.view().parts(), VIDEO);
        Front last = new Front(3, 3);
        String asOf = text(epoch.view().parts(), VIDEO, last, Skip.NOTHING);
        epoch.withdraw(number -> number >= 3);
        PartsView view = epoch.view().parts();
        assertThat(text(view, VIDEO)).doesNotContain("3.0.m4s")
                .contains("#EXT-X-GAP\n#EXTINF:2.00000,\n3.m4s", "URI=\"4.0.m4s\",GAP=YES", "\n2.m4s", "2.0.m4s");
        assertThat(text(view, VIDEO, last, Skip.NOTHING)).isNotEqualTo(asOf).contains("#EXT-X-GAP");
        assertThat(epoch.view().of(VIDEO).complete(3)).isEmpty();
        assertThat(epoch.view().of(VIDEO).complete(2)).isPresent();
        assertThat(view.part(VIDEO, new Front(4, 0))).isEmpty();
        assertThat(view.isNext(VIDEO, new Front(4, 1))).as("the live stream goes on").isTrue();
        epoch.withdraw(_ -> false);
        assertThat(text(epoch.view().parts(), VIDEO)).isEqualTo(before);
    }

    @Test
    void listsPartsAtTheEnd() {
        PartsView view = view(and(segments(0, 3), part(VIDEO, 4, 0), part(AUDIO, 4, 0), part(VIDEO, 4, 1),
                part(AUDIO, 4, 1), part(VIDEO, 4, 2)));
        assertThat(view.front()).isEqualTo(new Front(4, 1));
        assertThat(text(view, VIDEO)).isEqualTo("""
                #EXTM3U
                #EXT-X-VERSION:6
                #EXT-X-TARGETDURATION:2
                #EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,HOLD-BACK=6.00000,PART-HOLD-BACK=1.57200
                #EXT-X-PART-INF:PART-TARGET=0.52400
                #EXT-X-MEDIA-SEQUENCE:0
                #EXT-X-DISCONTINUITY-SEQUENCE:0
                #EXT-X-INDEPENDENT-SEGMENTS
                #EXT-X-MAP:URI="init-0.mp4"
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z
                #EXTINF:2.00000,
                0.m4s
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:02.000Z
                #EXTINF:2.00000,
                1.m4s
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:04.000Z
                #EXT-X-PART:DURATION=0.50000,URI="2.0.m4s",INDEPENDENT=YES
                #EXT-X-PART:DURATION=0.50000,URI="2.1.m4s"
                #EXT-X-PART:DURATION=0.50000,URI="2.2.m4s"
                #EXT-X-PART:DURATION=0.50000,URI="2.3.m4s"
                #EXTINF:2.00000,
                2.m4s
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:06.000Z
                #EXT-X-PART:DURATION=0.50000,URI="3.0.m4s",INDEPENDENT=YES
                #EXT-X-PART:DURATION=0.50000,URI="3.1.m4s"
                #EXT-X-PART:DURATION=0.50000,URI="3.2.m4s"
                #EXT-X-PART:DURATION=0.50000,URI="3.3.m4s"
                #EXTINF:2.00000,
                3.m4s
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:08.000Z
                #EXT-X-PART:DURATION=0.50000,URI="4.0.m4s",INDEPENDENT=YES
                #EXT-X-PART:DURATION=0.50000,URI="4.1.m4s"
                #EXT-X-PRELOAD-HINT:TYPE=PART,URI="4.2.m4s"
                #EXT-X-RENDITION-REPORT:URI="../audio0/index.m3u8",LAST-MSN=4,LAST-PART=1
                """);
    }

    @Test
    void hintsAtNextSegmentAfterLastPart() {
        assertThat(text(view(segments(0, 1)), AUDIO)).endsWith("""
                1.m4s
                #EXT-X-PRELOAD-HINT:TYPE=PART,URI="2.0.m4s"
                #EXT-X-RENDITION-REPORT:URI="../video0/index.m3u8",LAST-MSN=1,LAST-PART=3
                """);
    }

    @Test
    void waitsForTracksAndFirstSegmentOfAllRenditions() {
        EpochPlaylists epoch = new EpochPlaylists(SHORT);
        List<IndexedPart> records = segments(0, 0);
        records.subList(0, 7).forEach(epoch::fold);
        assertThat(epoch.view().parts()).as("the tracks are not known").isNull();
        epoch.tracks(Records.TRACKS, 0);
        assertThat(epoch.view().parts().isListed(VIDEO)).as("audio is missing").isFalse();
        epoch.fold(records.getLast());
        assertThat(epoch.view().parts().isListed(VIDEO)).isTrue();
        assertThat(epoch.view().parts().isListed(AUDIO)).isTrue();
    }

    @Test
    void endsWithoutHintAndReports() {
        EpochPlaylists epoch = read(SHORT, and(segments(0, 1), part(VIDEO, 2, 0), part(AUDIO, 2, 0)));
        epoch.end();
        assertThat(text(epoch.view().parts(), VIDEO)).endsWith("1.m4s\n#EXT-X-ENDLIST\n").contains("PART-TARGET")
                .doesNotContain("PRELOAD", "REPORT");
    }

    @Test
    void deltaOmitsOldSegments() {
        PartsView view = read(LONG, segments(0, 9)).view().parts();
        String full = text(view, VIDEO);
        assertThat(full).contains("CAN-SKIP-UNTIL=12.00000,HOLD-BACK", "#EXT-X-MEDIA-SEQUENCE:2\n");
        String skipped = full.substring(full.indexOf("#EXT-X-MAP"), full.indexOf("3.m4s\n") + 6);
        assertThat(text(view, VIDEO, view.front(), Skip.SEGMENTS)).isEqualTo(
                full.replace("VERSION:6", "VERSION:9").replace(skipped, "#EXT-X-SKIP:SKIPPED-SEGMENTS=2\n"));
        PartsView early = read(LONG, segments(0, 5)).view().parts();
        assertThat(text(early, VIDEO, early.front(), Skip.SEGMENTS)).as("there is nothing to omit")
                .isEqualTo(text(early, VIDEO));
    }

    /** A quarantined rendition counts at its gap, and does not hold up the others. */
    @Test
    void gapClosesSegmentOfItsRendition() {
        List<IndexedPart> records = and(segments(0, 1), part(VIDEO, 2, 0), part(AUDIO, 2, 0), part(VIDEO, 2, 1),
                gap(AUDIO, 2, 1), part(VIDEO, 2, 2));
        PartsView view = view(records);
        assertThat(view.front()).isEqualTo(new Front(2, 2));
        assertThat(text(view, AUDIO)).endsWith("""
                #EXT-X-GAP
                #EXTINF:2.00000,
                2.m4s
                #EXT-X-PRELOAD-HINT:TYPE=PART,URI="3.0.m4s"
                #EXT-X-RENDITION-REPORT:URI="../video0/index.m3u8",LAST-MSN=2,LAST-PART=2
                """);
        assertThat(text(view, AUDIO, new Front(2, 0), Skip.NOTHING)).as("before the gap").contains("URI=\"2.0.m4s\"")
                .doesNotContain("GAP");
        assertThat(view.part(AUDIO, new Front(2, 0))).as("players may still request it").isPresent();
        assertThat(view.part(AUDIO, new Front(2, 1))).isEmpty();
    }

    /**
     * A packager has written parts, and the one that takes over cannot mux the first of them: its gap is void, and the next
     * segment closes this one.
     */
    @Test
    void nextSegmentClosesSegmentWithVoidGap() {
        List<IndexedPart> records = and(segments(0, 1), part(VIDEO, 2, 0), part(AUDIO, 2, 0), part(VIDEO, 2, 1),
                part(AUDIO, 2, 1), part(VIDEO, 2, 2), part(VIDEO, 2, 3), gap(AUDIO, 2, 0));
        PartsView before = view(records);
        assertThat(before.front()).isEqualTo(new Front(2, 1));
        records.addAll(List.of(part(VIDEO, 3, 0), part(AUDIO, 3, 0)));
        PartsView view = view(records);
        assertThat(view.front()).isEqualTo(new Front(3, 0));
        assertThat(text(view, AUDIO, new Front(2, 3), Skip.NOTHING)).endsWith("""
                #EXT-X-GAP
                #EXTINF:2.00000,
                2.m4s
                #EXT-X-PRELOAD-HINT:TYPE=PART,URI="3.0.m4s"
                #EXT-X-RENDITION-REPORT:URI="../video0/index.m3u8",LAST-MSN=2,LAST-PART=3
                """);
        Front known = new Front(2, 1);
        assertThat(text(view, AUDIO, known, Skip.NOTHING)).as("as of a part before the gap")
                .isEqualTo(text(before, AUDIO, known, Skip.NOTHING));
        assertThat(text(view(and(records, part(AUDIO, 2, 2), part(AUDIO, 2, 3))), AUDIO)).as("late parts")
                .isEqualTo(text(view, AUDIO));
    }

    /** A packager that was frozen and replaced writes a gap, and its successor goes on. */
    @Test
    void lateGapOfKnownPartIsVoid() {
        List<IndexedPart> records = and(segments(0, 1), part(VIDEO, 2, 0), part(AUDIO, 2, 0), part(VIDEO, 2, 1),
                part(AUDIO, 2, 1), gap(AUDIO, 2, 0), part(VIDEO, 2, 2), part(AUDIO, 2, 2), part(VIDEO, 2, 3),
                part(AUDIO, 2, 3));
        assertThat(text(view(records), AUDIO)).isEqualTo(text(view(segments(0, 2)), AUDIO));
    }

    @Test
    void emptyPartIsGap() {
        IndexedPart empty = new PartSpec(EPOCH, 1).of(AUDIO).durationTicks(0).sizeBytes(100).initBytes(100).part(0,
                false, 0);
        PartsView view = view(and(segments(0, 0), part(VIDEO, 1, 0), empty));
        assertThat(text(view, AUDIO)).contains("#EXT-X-PART:DURATION=0.00000,URI=\"1.0.m4s\",GAP=YES\n");
        assertThat(view.part(AUDIO, new Front(1, 0))).isEmpty();
    }

    /** The records of a segment in all renditions precede those of the segment after the next. */
    @Test
    void absentRenditionHoldsUpOneSegment() {
        List<IndexedPart> records = segments(0, 3);
        for (long segment = 4; segment <= 5; segment++) {
            for (int part = 0; part < PARTS; part++) {
                records.add(part(VIDEO, segment, part));
                assertThat(view(records).front()).as("%d.%d", segment, part)
                        .isEqualTo(segment == 4 ? new Front(3, 3) : new Front(5, part));
            }
        }
        assertThat(text(view(records), VIDEO)).doesNotContain("REPORT");
        records.add(part(AUDIO, 5, 3));
        records.add(part(VIDEO, 6, 0));
        assertThat(view(records).front()).as("it has not begun a segment").isEqualTo(new Front(6, 0));
        records.add(part(AUDIO, 6, 0));
        records.add(part(VIDEO, 6, 1));
        assertThat(view(records).front()).as("it counts from the next segment on").isEqualTo(new Front(6, 1));
        records.addAll(List.of(part(AUDIO, 6, 1), part(VIDEO, 6, 2), part(AUDIO, 6, 2), part(VIDEO, 6, 3),
                part(AUDIO, 6, 3), part(VIDEO, 7, 0)));
        assertThat(view(records).front()).isEqualTo(new Front(6, 3));
    }

    @Test
    void tellsWhatIsReachedAndTooFar() {
        PartsView view = view(and(segments(0, 3), part(VIDEO, 4, 0), part(AUDIO, 4, 0), part(VIDEO, 4, 1),
                part(AUDIO, 4, 1)));
        assertThat(view.reached(4, 1)).contains(new Front(4, 1));
        assertThat(view.reached(4, 2)).isEmpty();
        assertThat(view.reached(4, -1)).isEmpty();
        assertThat(view.reached(3, -1)).contains(new Front(3, 3));
        assertThat(view.reached(3, 4)).as("a part that a complete segment does not have").contains(new Front(4, 0));
        assertThat(view.isTooFar(5, -1)).isFalse();
        assertThat(view.isTooFar(6, -1)).isTrue();
        // 3 s / 0.524 s are six parts.
        assertThat(view.isTooFar(4, 1 + 6)).isFalse();
        assertThat(view.isTooFar(4, 1 + 7)).isTrue();
        assertThat(view.isTooFar(5, 6)).isFalse();
        assertThat(view.isTooFar(5, 7)).isTrue();
        assertThat(view.lists(VIDEO, new Front(2, 0))).isTrue();
        assertThat(view.lists(VIDEO, new Front(1, 3))).as("its parts have left the playlist").isFalse();
        assertThat(view.isNext(VIDEO, new Front(4, 2))).isTrue();
        assertThat(view.isNext(VIDEO, new Front(4, 3))).isFalse();
        PartsView whole = view(segments(0, 3));
        assertThat(whole.reached(3, 4)).as("waits for the next segment").isEmpty();
        assertThat(whole.isNext(VIDEO, new Front(4, 0))).isTrue();
        assertThat(whole.isTooFar(5, -1)).isFalse();
        assertThat(whole.isTooFar(6, -1)).isTrue();
    }

    /**
     * A blocking answer is a fixed fact: whenever an edge gives the answer as of a part while it lists that part, and
     * wherever it began to read, the bytes are the same. A gap, perhaps a void one, and a discontinuity are among the
     * records.
     */
    @Property(tries = 20)
    void answerAsOfPartIsFixed(@ForAll @IntRange(max = 120) int begin, @ForAll @IntRange(min = 1, max = 40) int step,
            @ForAll @IntRange(max = 20) int gapAt, @ForAll @IntRange(max = 2) int gapFrom) {
        List<IndexedPart> records = new ArrayList<>();
        for (IndexedPart record : segments(0, 19)) {
            boolean isGap = record.rendition().equals(AUDIO) && record.id().segment() == gapAt;
            if (!isGap || record.id().part() <= 2) {
                records.add(isGap && record.id().part() == 2 ? gap(AUDIO, gapAt, gapFrom) : record);
            }
        }
        Map<String, String> facts = new HashMap<>();
        EpochPlaylists early = epoch(LONG);
        EpochPlaylists late = epoch(LONG);
        for (int i = 0; i < records.size(); i++) {
            early.fold(records.get(i));
            if (i >= begin) {
                late.fold(records.get(i));
            }
            if (i % step == 0) {
                collect(facts, early);
                if (begin == 0 || late.isFilled()) {
                    collect(facts, late);
                }
            }
        }
        assertThat(facts).isNotEmpty();
    }

    /** The directory does not list a track that has left: an edge that reads it afterwards gives the same answers. */
    @Property(tries = 30)
    void answerAsOfPartDoesNotDependOnWhenTheDirectoryIsRead(@ForAll @IntRange(min = 1, max = 12) int left,
            @ForAll @IntRange(max = 80) int begin) {
        RenditionId second = RenditionId.cmaf(Records.LADDER.get(2).trackId());
        List<IndexedPart> records = new ArrayList<>();
        for (IndexedPart record : segments(0, 14)) {
            records.add(record);
            if (record.rendition().equals(AUDIO) && record.id().segment() < left) {
                records.add(part(second, record.id().segment(), record.id().part()));
            }
        }
        Map<String, String> facts = new HashMap<>();
        var early = new EpochPlaylists(LONG);
        early.tracks(Records.LADDER.subList(0, 3), 0);
        var late = new EpochPlaylists(LONG);
        for (int i = 0; i < records.size(); i++) {
            early.fold(records.get(i));
            collect(facts, early);
            if (i >= begin) {
                late.fold(records.get(i));
            }
            if (records.get(i).id().segment() > left && (begin == 0 || late.isFilled())) {
                late.tracks(Records.TRACKS, 0);
                collect(facts, late);
            }
        }
        assertThat(facts.values()).anyMatch(text -> text.contains("../video1/"));
    }

    private static void collect(Map<String, String> facts, EpochPlaylists epoch) {
        PartsView view = epoch.view().parts();
        if (view == null) {
            return;
        }
        for (RenditionId rendition : BOTH) {
            for (long segment = Math.max(0, view.front().segment() - 6); segment <= view.front().segment(); segment++) {
                for (int part = -1; part <= PARTS; part++) {
                    Optional<Front> at = view.reached(segment, part);
                    if (at.isPresent() && view.lists(rendition, at.get())) {
                        String request = rendition + " " + segment + "." + part;
                        String answer = text(view, rendition, at.get(), Skip.SEGMENTS);
                        assertThat(facts.merge(request, answer, (known, _) -> known)).as(request).isEqualTo(answer);
                    }
                }
            }
        }
    }

    @Test
    void gapOfWholeSegmentCounts() {
        var times = part(AUDIO, 1, 0).times();
        IndexedPart empty = new Gap(part(AUDIO, 1, 3).id(), AUDIO, Gap.Reason.EMPTY, times, part(AUDIO, 1, 0).start());
        List<IndexedPart> records = and(segments(0, 0), part(VIDEO, 1, 0), part(AUDIO, 1, 0), part(VIDEO, 1, 1),
                part(AUDIO, 1, 1), part(VIDEO, 1, 2), part(AUDIO, 1, 2), part(VIDEO, 1, 3));
        assertThat(view(records).front()).isEqualTo(new Front(1, 2));
        records.add(empty);
        assertThat(view(records).front()).isEqualTo(new Front(1, 3));
    }
}
