package io.millrace.edge.view;

import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.RenditionId;
import io.millrace.testkit.Records;
import io.millrace.testkit.Records.PartSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StreamPlaylistTest {
    private static final long EPOCH = 17;

    @Test
    void listsCompleteSegmentsWithTimes() {
        StreamPlaylist playlist = read(segments(0, 1));
        playlist.fold(new PartSpec(EPOCH, 2).part(0, false, 100));

        assertThat(text(playlist)).isEqualTo("""
                #EXTM3U
                #EXT-X-VERSION:3
                #EXT-X-TARGETDURATION:2
                #EXT-X-MEDIA-SEQUENCE:0
                #EXT-X-DISCONTINUITY-SEQUENCE:0
                #EXT-X-INDEPENDENT-SEGMENTS
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z
                #EXTINF:2.00000,
                0.ts
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:02.000Z
                #EXTINF:2.00000,
                1.ts
                """);
    }

    @Test
    void isEmptyBeforeFirstCompleteSegment() {
        StreamPlaylist playlist = read(List.of(new PartSpec(EPOCH, 0).part(0, false, 0)));

        assertThat(playlist.view().isListed()).isFalse();
        assertThat(playlist.view().media()).isNull();
    }

    @Test
    void slidesButKeepsSixSegments() {
        // The window is 12 s, which is six segments of 2 s.
        assertThat(numbers(read(segments(0, 5)))).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
        assertThat(numbers(read(segments(0, 6)))).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);

        List<IndexEntry> shortOnes = new ArrayList<>();
        for (long n = 0; n < 30; n++) {
            shortOnes.add(new PartSpec(EPOCH, n).durationTicks(90_000).part(0, true, n));
        }
        assertThat(numbers(read(shortOnes))).as("12 s of 1 s segments").hasSize(12).endsWith(29L);
    }

    @Test
    void countsRemovedDiscontinuities() {
        List<IndexEntry> entries = new ArrayList<>(segments(0, 0));
        entries.add(new PartSpec(EPOCH, 1).discontinuity(true, 1).durationTicks(180_000).part(0, true, 2));
        for (long n = 2; n <= 6; n++) {
            entries.add(new PartSpec(EPOCH, n).discontinuity(false, 1).durationTicks(180_000).part(0, true, n + 1));
        }
        StreamPlaylist playlist = read(entries);
        assertThat(text(playlist)).as("the discontinuity is the first tag of the window").contains(
                "#EXT-X-DISCONTINUITY-SEQUENCE:0\n",
                "#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-DISCONTINUITY\n");

        playlist.fold(new PartSpec(EPOCH, 7).discontinuity(false, 1).durationTicks(180_000).part(0, true, 9));
        assertThat(text(playlist)).contains("#EXT-X-DISCONTINUITY-SEQUENCE:1\n").doesNotContain("DISCONTINUITY\n");
    }

    @Test
    void isIndependentOnlyIfAllListedSegmentsAre() {
        List<IndexEntry> entries = new ArrayList<>(segments(0, 2));
        entries.add(new PartSpec(EPOCH, 3).independent(false).durationTicks(180_000).part(0, true, 6));
        assertThat(text(read(entries))).doesNotContain("INDEPENDENT");
        entries.addAll(segments(4, 9));
        assertThat(text(read(entries))).contains("INDEPENDENT");
    }

    @Test
    void endsOnlyOnRequest() {
        StreamPlaylist playlist = read(segments(0, 1));
        assertThat(text(playlist)).doesNotContain("ENDLIST");
        playlist.end();
        assertThat(text(playlist)).endsWith("1.ts\n#EXT-X-ENDLIST\n");
        assertThat(playlist.view().ended()).isTrue();
    }

    @Test
    void usesFirstRecordOfPart() {
        StreamPlaylist playlist = read(segments(0, 1));
        boolean news = playlist.fold(new PartSpec(EPOCH, 1).sizeBytes(77).part(0, false, 500));

        assertThat(news).isFalse();
        assertThat(playlist.view().complete(1)).get().extracting(s -> s.parts().getFirst().offset()).isEqualTo(2L);
    }

    @Test
    void waitsForMissingParts() {
        StreamPlaylist playlist = read(List.of(new PartSpec(EPOCH, 0).part(0, false, 0),
                new PartSpec(EPOCH, 0).part(2, true, 2)));
        assertThat(playlist.view().isListed()).isFalse();
    }

    @Test
    void continuesAfterIncompleteSegment() {
        List<IndexEntry> entries = new ArrayList<>(segments(0, 0));
        entries.add(new PartSpec(EPOCH, 1).part(0, false, 2));
        entries.addAll(segments(3, 3));

        assertThat(text(read(entries))).contains("#EXT-X-GAP\n#EXTINF:2.00000,\n1.ts\n",
                "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:04.000Z\n#EXT-X-GAP\n#EXTINF:2.00000,\n2.ts\n", "\n3.ts\n");
    }

    @Test
    void listsRecordedGapWithItsTimes() {
        List<IndexedPart> entries = new ArrayList<>(segments(0, 0));
        entries.add(new PartSpec(EPOCH, 1).discontinuity(true, 1).part(0, false, 2));
        entries.add(new PartSpec(EPOCH, 1).discontinuity(true, 1).gap(1));
        StreamPlaylist playlist = read(entries);

        assertThat(text(playlist)).endsWith("""
                0.ts
                #EXT-X-DISCONTINUITY
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:02.000Z
                #EXT-X-GAP
                #EXTINF:2.00000,
                1.ts
                """);
        assertThat(playlist.newest()).isEqualTo(1);
        assertThat(playlist.view().complete(1)).isEmpty();
        assertThat(playlist.view().newestComplete()).get().extracting(Segment::number).isEqualTo(0L);
    }

    /** An updated packager muxes media that the previous release could not mux. */
    @Test
    void ignoresPartsAfterRecordedGap() {
        List<IndexedPart> entries = new ArrayList<>(segments(0, 0));
        entries.add(new PartSpec(EPOCH, 1).gap(0));
        String withGap = text(read(entries));
        entries.addAll(segments(1, 1));

        assertThat(text(read(entries))).isEqualTo(withGap).contains("#EXT-X-GAP\n#EXTINF:1.00000,\n1.ts\n");
    }

    @Test
    void ignoresGapAfterLastPart() {
        List<IndexedPart> entries = new ArrayList<>(segments(0, 1));
        entries.add(new PartSpec(EPOCH, 1).gap(0));
        entries.add(new PartSpec(EPOCH, 1).gap(1));

        assertThat(text(read(entries))).isEqualTo(text(read(segments(0, 1))));
    }

    @Test
    void listsGapsOfSessionThatCannotBeMuxed() {
        List<IndexedPart> entries = new ArrayList<>();
        for (long n = 0; n < 30; n++) {
            entries.add(new PartSpec(EPOCH, n).durationTicks(180_000).gap(0));
        }
        StreamPlaylist playlist = read(entries);

        assertThat(numbers(playlist)).as("the window moves past gaps").containsExactly(24L, 25L, 26L, 27L, 28L, 29L);
        assertThat(playlist.view().peakBitrate()).isZero();
        assertThat(playlist.view().newestComplete()).isEmpty();
    }

    @Test
    void isNotFilledBeforeWindowIs() {
        assertThat(read(segments(10, 15)).isFilled()).isFalse();
        assertThat(read(segments(10, 16)).isFilled()).isTrue();
        assertThat(read(segments(0, 1)).isFilled()).as("the whole epoch is shorter than the window").isTrue();
    }

    @Property
    void textDoesNotDependOnStartOfReading(@ForAll @IntRange(min = 0, max = 40) int last,
            @ForAll @IntRange(min = 0, max = 40) int first) {
        StreamPlaylist late = read(segments(Math.min(first, last), last));
        if (late.isFilled()) {
            assertThat(text(late)).isEqualTo(text(read(segments(0, last))));
        }
    }

    @Property
    void keepsExactlySegmentsOfWindow(@ForAll @IntRange(min = 20, max = 60) int last) {
        StreamPlaylist playlist = read(segments(0, last));
        assertThat(playlist.view().segments().size()).isBetween(6, 14);
    }

    @Test
    void ignoresRepeatsOfRestartedPackager() {
        List<IndexEntry> entries = new ArrayList<>();
        segments(0, 9).forEach(entry -> entries.addAll(Collections.nCopies(2, entry)));
        entries.addAll(segments(8, 9));
        assertThat(text(read(entries))).isEqualTo(text(read(segments(0, 9))));
    }

    private static StreamPlaylist read(List<? extends IndexedPart> entries) {
        var playlist = new StreamPlaylist(Records.RULES, RenditionId.TS);
        entries.forEach(playlist::fold);
        return playlist;
    }

    private static List<IndexEntry> segments(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().flatMap(n -> Records.segment(EPOCH, n).stream()).toList();
    }

    private static String text(StreamPlaylist playlist) {
        return new String(playlist.view().media().plain(), StandardCharsets.UTF_8);
    }

    private static List<Long> numbers(StreamPlaylist playlist) {
        return text(playlist).lines().filter(line -> line.endsWith(".ts"))
                .map(line -> Long.parseLong(line.substring(0, line.length() - 3))).toList();
    }
}
