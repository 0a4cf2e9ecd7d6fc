package io.millrace.edge.view;

import io.millrace.media.m3u8.PartsPlaylist.Skip;
import io.millrace.platform.log.Cue;
import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.IndexedPart;
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
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Cues in playlists: a range of 7 s that was recorded with the second part of segment 3, and its neighbour, an instant.
 * Segments last for 2 s and have four parts.
 */
class CuesViewTest {
    private static final long EPOCH = 17;
    private static final int PARTS = 4;
    private static final RenditionId VIDEO = RenditionId.cmaf(new TrackId(Packet.Kind.VIDEO, 0));
    private static final RenditionId AUDIO = RenditionId.cmaf(new TrackId(Packet.Kind.AUDIO, 0));
    private static final EpochRules LONG = new EpochRules(EpochRules.CURRENT_VERSION, 2_000, 500, 16_000, 30_000,
            Records.CMAF_RULES.formats());
    private static final long START_MS = Records.EPOCH_MS + 6_500;
    private static final Cue RANGE = new Cue("break@1042", 1_042, new Cue.Place(3, 0, 6_500), START_MS,
            START_MS + 7_000, Cue.UNKNOWN,
            List.of(new Cue.Attribute("SCTE35-OUT", "0xFC30"), new Cue.Attribute("X-A", "é <1>")));
    private static final Cue INSTANT = new Cue("goal@1050", 1_050, new Cue.Place(4, 0, 8_100), START_MS + 1_600,
            START_MS + 1_600, Cue.UNKNOWN, List.of());
    private static final String RANGE_LINE = "#EXT-X-DATERANGE:ID=\"break@1042\",START-DATE=\"2026-01-01T00:00:06.500Z\""
            + ",DURATION=7.000,SCTE35-OUT=0xFC30,X-A=\"é <1>\"\n";
    private static final String INSTANT_LINE = "#EXT-X-DATERANGE:ID=\"goal@1050\",START-DATE=\"2026-01-01T00:00:08.100Z\""
            + ",DURATION=0.000\n";

    /** As the cutter does: the range ends in segment 6. */
    private static List<Cue> cues(long segment, int part) {
        List<Cue> cues = new ArrayList<>();
        if (segment == 3 && part >= 1 || segment >= 4 && segment <= 6) {
            cues.add(RANGE);
        }
        if (segment == 4) {
            cues.add(INSTANT);
        }
        return cues;
    }

    private static IndexEntry part(RenditionId rendition, long segment, int part) {
        return new PartSpec(EPOCH, segment).of(rendition).durationTicks(45_000).initBytes(100)
                .cues(cues(segment, part)).part(part, part == PARTS - 1, 10 * segment + part);
    }

    private static List<IndexedPart> segments(long first, long last) {
        List<IndexedPart> records = new ArrayList<>();
        for (long segment = first; segment <= last; segment++) {
            for (int part = 0; part < PARTS; part++) {
                records.add(part(VIDEO, segment, part));
                records.add(part(AUDIO, segment, part));
            }
        }
        return records;
    }

    private static EpochPlaylists read(EpochRules rules, List<IndexedPart> records) {
        var epoch = new EpochPlaylists(rules);
        epoch.tracks(Records.TRACKS, 0);
        records.forEach(epoch::fold);
        return epoch;
    }

    private static String text(RenderedText text) {
        return new String(text.plain(), StandardCharsets.UTF_8);
    }

    private static String live(long first, long last) {
        StreamPlaylist playlist = new StreamPlaylist(Records.RULES, RenditionId.TS);
        for (long segment = first; segment <= last; segment++) {
            for (int part = 0; part < PARTS; part++) {
                playlist.fold(part(RenditionId.TS, segment, part));
            }
        }
        assertThat(playlist.isFilled()).isTrue();
        return text(playlist.view().media());
    }

    @Test
    void listsCueBeforeSegmentItWasRecordedWith() {
        assertThat(live(0, 2)).doesNotContain("DATERANGE");
        assertThat(live(0, 5)).contains("\n2.ts\n" + RANGE_LINE + "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:06.000Z\n",
                "\n3.ts\n" + INSTANT_LINE + "#EXT-X-PROGRAM-DATE-TIME").containsOnlyOnce("break@1042");
    }

    /** The window has six segments. */
    @ParameterizedTest
    @ValueSource(longs = {8, 9, 10, 11, 12})
    void listsCueUntilItsEndHasLeftTheWindow(long newest) {
        String text = live(0, newest);
        long oldest = newest - 5;
        if (oldest <= 6) {
            assertThat(text).contains(RANGE_LINE);
        } else {
            assertThat(text).doesNotContain("break@1042");
        }
        assertThat(text.contains(INSTANT_LINE)).isEqualTo(oldest <= 4);
        assertThat(live(oldest - 1, newest)).as("an edge that began to read later").isEqualTo(text);
        if (oldest == 5) {
            assertThat(text).contains("INDEPENDENT-SEGMENTS\n" + RANGE_LINE + "#EXT-X-PROGRAM-DATE-TIME");
        }
    }

    @Test
    void playlistAsOfPartHasCuesUpToIt() {
        List<IndexedPart> records = segments(0, 2);
        records.addAll(List.of(part(VIDEO, 3, 0), part(AUDIO, 3, 0)));
        PartsView before = read(Records.CMAF_RULES, records).view().parts();
        records.addAll(List.of(part(VIDEO, 3, 1), part(AUDIO, 3, 1)));
        PartsView after = read(Records.CMAF_RULES, records).view().parts();
        PartsView later = read(Records.CMAF_RULES, segments(0, 4)).view().parts();
        for (RenditionId rendition : List.of(VIDEO, AUDIO)) {
            String first = text(before.text(rendition, new Front(3, 0), Skip.NOTHING));
            assertThat(first).doesNotContain("DATERANGE");
            String second = text(after.text(rendition, new Front(3, 1), Skip.NOTHING));
            assertThat(second).contains("\n2.m4s\n" + RANGE_LINE + "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:06.000Z\n"
                    + "#EXT-X-PART");
            assertThat(text(later.text(rendition, new Front(3, 0), Skip.NOTHING))).isEqualTo(first);
            assertThat(text(later.text(rendition, new Front(3, 1), Skip.NOTHING))).isEqualTo(second);
            assertThat(text(later.text(rendition, Skip.NOTHING))).contains(RANGE_LINE, INSTANT_LINE);
        }
    }

    @Test
    void playlistMayBeginWithOpenSegment() {
        List<Cue> cues = List.of(INSTANT);
        IndexedPart video = new PartSpec(EPOCH, 0).of(VIDEO).durationTicks(45_000).cues(cues).part(0, false, 0);
        IndexedPart audio = new PartSpec(EPOCH, 0).of(AUDIO).durationTicks(45_000).cues(cues).part(0, false, 1);
        IndexedPart next = new PartSpec(EPOCH, 0).of(VIDEO).durationTicks(45_000).cues(cues).part(1, false, 0);
        PartsView view = read(Records.CMAF_RULES, List.of(video, audio, next)).view().parts();
        assertThat(text(view.text(VIDEO, new Front(0, 0), Skip.NOTHING))).contains(INSTANT_LINE);
    }

    @Test
    void deltaHasAllCues() {
        PartsView view = read(LONG, segments(0, 11)).view().parts();
        String full = text(view.text(VIDEO, Skip.NOTHING));
        assertThat(full).contains("#EXT-X-MEDIA-SEQUENCE:4\n", RANGE_LINE + INSTANT_LINE + "#EXT-X-MAP");
        assertThat(text(view.text(VIDEO, Skip.SEGMENTS))).contains("#EXT-X-SKIP:SKIPPED-SEGMENTS=2\n" + RANGE_LINE
                + INSTANT_LINE + "#EXT-X-PROGRAM-DATE-TIME").doesNotContain("CAN-SKIP-DATERANGES");
    }

    @Test
    void gapHasCuesOfItsParts() {
        List<IndexedPart> records = segments(0, 2);
        records.addAll(List.of(part(VIDEO, 3, 0), part(AUDIO, 3, 0), part(VIDEO, 3, 1)));
        records.add(new PartSpec(EPOCH, 3).of(AUDIO).durationTicks(135_000).cues(cues(3, 3)).gap(1));
        records.addAll(List.of(part(VIDEO, 3, 2), part(VIDEO, 3, 3)));
        PartsView view = read(Records.CMAF_RULES, records).view().parts();
        assertThat(text(view.text(AUDIO, Skip.NOTHING))).contains(RANGE_LINE
                + "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:06.000Z\n#EXT-X-GAP");
    }

    private static RangePlaylist range(long from, long to) {
        var run = new SegmentRun(EPOCH, RenditionId.TS, 0, to);
        long offset = 0;
        for (long segment = 0; segment <= to; segment++) {
            for (int part = 0; part < PARTS; part++) {
                run.fold(offset++, part(RenditionId.TS, segment, part));
            }
        }
        StreamEntry entry = Records.entry("live/show", EPOCH, StreamEntry.State.ENDED, Records.TRACKS, 0, to);
        EpochName name = entry.name();
        var block = new PlaylistBlock(name, RenditionId.TS, run.segments(0, to), offset);
        assertThat(block.segments()).extracting(each -> each.start().cues())
                .isEqualTo(run.segments(0, to).stream().map(each -> each.start().cues()).toList());
        var range = new PastRange("live/show", name, name, 1, PastRange.OPEN);
        var share = new RangePlaylist.Share(entry, List.of(block), from, to);
        return RangePlaylist.render(range, List.of(entry), List.of(share), _ -> 0, true, false);
    }

    @Test
    void pastListsCuesThatAreNotOverAtItsStart() {
        String whole = text(range(0, 9));
        assertThat(whole).contains("/2.ts\n" + RANGE_LINE + "#EXT-X-PROGRAM", "/3.ts\n" + INSTANT_LINE)
                .containsOnlyOnce("break@1042");
        assertThat(text(range(5, 9))).contains("TIME-OFFSET=0\n" + RANGE_LINE + "#EXT-X-PROGRAM-DATE-TIME")
                .doesNotContain("goal@");
        assertThat(text(range(3, 9))).contains(RANGE_LINE).containsOnlyOnce("break@1042");
        assertThat(text(range(7, 9))).doesNotContain("DATERANGE");
    }

    private static String text(RangePlaylist playlist) {
        return new String(PiecedTextTest.join(playlist.text().plainPieces()), StandardCharsets.UTF_8);
    }
}
