package io.millrace.edge.view;

import io.millrace.edge.rules.IframeRules;
import io.millrace.edge.view.RangePlaylist.Share;
import io.millrace.media.m3u8.MediaPlaylist;
import io.millrace.media.m3u8.MediaPlaylistReader;
import io.millrace.media.m3u8.MediaSegment;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.TrackId;
import io.millrace.testkit.Records;
import io.millrace.testkit.Records.PartSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Two epochs of 2 s segments: 17 with 150 segments and a discontinuity before the 100th, then 29, which is live. */
class RangePlaylistTest {
    private static final long FIRST = 17;
    private static final long SECOND = 29;
    private static final int SEGMENTS = 150;
    private static final int JUMP = 100;
    private static final StreamEntry ENDED = Records.entry("live/show", FIRST, StreamEntry.State.ENDED,
            Records.TRACKS, 0, SEGMENTS - 1);
    /** By epoch, first and last segment. */
    private static final Map<List<Long>, PlaylistBlock> BLOCKS = new HashMap<>();
    private static final StreamEntry LIVE = Records.entry("live/show", SECOND, StreamEntry.State.LIVE);

    private static List<IndexEntry> entries(long epoch, long from, long to) {
        List<IndexEntry> entries = new ArrayList<>();
        for (long n = from; n <= to; n++) {
            long before = epoch == FIRST ? 0 : 2 * SEGMENTS;
            PartSpec spec = new PartSpec(epoch, n)
                    .discontinuity(epoch == FIRST && n == JUMP, epoch == FIRST && n >= JUMP ? 1 : 0);
            entries.add(spec.part(0, false, before + 2 * n));
            entries.add(spec.part(1, true, before + 2 * n + 1));
        }
        return entries;
    }

    private static PlaylistBlock block(List<Long> of) {
        long first = of.get(1);
        long last = of.get(2);
        var run = new SegmentRun(of.getFirst(), RenditionId.TS, first, last);
        List<IndexEntry> entries = entries(of.getFirst(), first, last);
        for (int i = 0; i < entries.size() && run.fold(i, entries.get(i)); i++) {
            // Until it has all segments.
        }
        assertThat(run.isSettled()).isTrue();
        return new PlaylistBlock(name(of.getFirst()), RenditionId.TS, run.segments(first, last), entries.size());
    }

    /** Returns the blocks of an edge that began to read at the block of {@code from}. */
    private static List<PlaylistBlock> blocks(long epoch, long from, long to) {
        List<PlaylistBlock> blocks = new ArrayList<>();
        for (long first = from / 64 * 64; first <= to; first += 64) {
            blocks.add(
                    BLOCKS.computeIfAbsent(List.of(epoch, first, Math.min(to, first + 63)), RangePlaylistTest::block));
        }
        return blocks;
    }

    private static RangePlaylist render(PastRange range, long from, long newest, long partsBegin) {
        List<Share> shares = new ArrayList<>();
        List<StreamEntry> epochs = range.lastEpoch() == FIRST ? List.of(ENDED) : List.of(ENDED, LIVE);
        add(shares, ENDED, from, SEGMENTS - 1, range, partsBegin);
        if (range.lastEpoch() == SECOND) {
            add(shares, LIVE, 0, newest, range, partsBegin);
        }
        return RangePlaylist.render(range, epochs, shares, _ -> 1, range.lastEpoch() == FIRST, false);
    }

    private static void add(List<Share> shares, StreamEntry epoch, long from, long to, PastRange range,
            long partsBegin) {
        if (to >= from) {
            List<PlaylistBlock> blocks = blocks(epoch.epoch(), from, to);
            Share share = new Share(epoch, blocks, blocks.getFirst().first(), to).endingBefore(range.endMs())
                    .startingAt(from, partsBegin);
            if (!share.isEmpty()) {
                shares.add(share);
            }
        }
    }

    private static PastRange open(long lastEpoch) {
        return new PastRange("live/show", name(FIRST), name(lastEpoch), 1, PastRange.OPEN);
    }

    private static String text(RangePlaylist playlist) {
        return new String(PiecedTextTest.join(playlist.text().plainPieces()), StandardCharsets.UTF_8);
    }

    private static MediaPlaylist read(RangePlaylist playlist) {
        return MediaPlaylistReader.read(text(playlist));
    }

    @Test
    void aClosedRangeIsVideoOnDemand() {
        var range = new PastRange("live/show", name(FIRST), name(FIRST), Records.EPOCH_MS + 4_500,
                Records.EPOCH_MS + 8_000);
        assertThat(text(render(range, 2, -1, 0))).isEqualTo("""
                #EXTM3U
                #EXT-X-VERSION:3
                #EXT-X-TARGETDURATION:2
                #EXT-X-PLAYLIST-TYPE:VOD
                #EXT-X-MEDIA-SEQUENCE:2
                #EXT-X-DISCONTINUITY-SEQUENCE:0
                #EXT-X-INDEPENDENT-SEGMENTS
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:04.000Z
                #EXTINF:2.00000,
                ../../@17/ts/2.ts
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:06.000Z
                #EXTINF:2.00000,
                ../../@17/ts/3.ts
                #EXT-X-ENDLIST
                """);
    }

    @Test
    void openRangeContinuesIntoNextEpoch() {
        String text = text(render(open(SECOND), 148, 1, 0));
        assertThat(text).contains("#EXT-X-MEDIA-SEQUENCE:148\n", "#EXT-X-DISCONTINUITY-SEQUENCE:1\n",
                "#EXT-X-START:TIME-OFFSET=0\n").doesNotContain("ENDLIST", "PLAYLIST-TYPE");
        assertThat(text.substring(text.indexOf("149.ts"))).isEqualTo("""
                149.ts
                #EXT-X-DISCONTINUITY
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z
                #EXTINF:2.00000,
                ../../@29/ts/0.ts
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:02.000Z
                #EXTINF:2.00000,
                ../../@29/ts/1.ts
                """);
    }

    /** A playlist that has ended must not get another segment, which may begin up to 50 ms before the end of the last. */
    @Test
    void reachesEndOnlyIfNextSegmentCannotBeginBefore() {
        var share = new Share(ruledBy(6), blocks(FIRST, 0, 3), 0, 3);
        long endMs = share.segment(3).endMs();
        assertThat(share.reaches(endMs - 50)).isTrue();
        assertThat(share.reaches(endMs - 49)).isFalse();
        var former = new Share(ruledBy(5), blocks(FIRST, 0, 3), 0, 3);
        assertThat(former.reaches(endMs)).isTrue();
        assertThat(former.reaches(endMs + 1)).isFalse();
    }

    private static StreamEntry ruledBy(int version) {
        var rules = new EpochRules(version, 2_000, 500, 30_000, 30_000, List.of(Format.TS));
        return new StreamEntry(LIVE.stream(), FIRST, LIVE.state(), rules, LIVE.span(), LIVE.session(), LIVE.playlist(),
                LIVE.sessions());
    }

    @Test
    void beginsAtKeyframeBeforeStart() {
        List<Segment> segments = new ArrayList<>();
        for (long n = 0; n < 4; n++) {
            segments.add(Segment.begin(new PartSpec(FIRST, n).independent(n < 2).part(0, true, n)));
        }
        var share = new Share(ENDED, List.of(new PlaylistBlock(name(FIRST), RenditionId.TS, segments, 4)), 0, 3);
        assertThat(share.startingAt(3, 0).from()).isEqualTo(1);
        assertThat(share.startingAt(3, 2).from()).as("the earliest retained segment").isEqualTo(2);
        assertThat(share.startingAt(0, 4).isEmpty()).isTrue();
    }

    /** While the index grows and old records expire, every segment keeps its number and its discontinuity number. */
    @Property(tries = 100)
    void versionsOfOneUrlAreConsistent(@ForAll @IntRange(max = SEGMENTS - 1) int start,
            @ForAll @IntRange(min = -1, max = 140) int newest,
            @ForAll @IntRange(max = 2 * SEGMENTS + 40) int partsBegin) {
        Map<String, Long> numbers = new HashMap<>();
        Map<String, Long> discontinuities = new HashMap<>();
        RangePlaylist all = render(open(SECOND), start, 140, 0);
        tell(read(all), numbers, discontinuities);
        List<Share> some = new ArrayList<>();
        add(some, LIVE, 0, newest, open(SECOND), partsBegin);
        boolean nothingOfTheFirst = partsBegin > 2 * (SEGMENTS - 1);
        if (some.isEmpty() && nothingOfTheFirst) {
            return;
        }
        MediaPlaylist version = read(render(open(SECOND), start, newest, partsBegin));
        Map<String, Long> theirNumbers = new HashMap<>();
        Map<String, Long> theirDiscontinuities = new HashMap<>();
        tell(version, theirNumbers, theirDiscontinuities);
        assertThat(numbers).containsAllEntriesOf(theirNumbers);
        assertThat(discontinuities).containsAllEntriesOf(theirDiscontinuities);
        assertThat(version.targetDurationS()).isEqualTo(all.targetDurationS());
        String last = newest >= 0 ? "../../@29/ts/" + newest + ".ts" : "../../@17/ts/" + (SEGMENTS - 1) + ".ts";
        assertThat(version.segments().getLast().uri()).isEqualTo(last);
        long oldest = Math.max(start, Math.ceilDiv(partsBegin, 2));
        assertThat(version.segments()).as("number of segments").hasSize((int) (SEGMENTS + newest + 1 - oldest));
    }

    private static void tell(MediaPlaylist playlist, Map<String, Long> numbers, Map<String, Long> discontinuities) {
        long number = playlist.mediaSequence();
        long discontinuity = playlist.discontinuitySequence();
        for (MediaSegment segment : playlist.segments()) {
            discontinuity += segment.discontinuity() ? 1 : 0;
            assertThat(numbers.put(segment.uri(), number++)).isNull();
            discontinuities.put(segment.uri(), discontinuity);
        }
    }

    /** An edge that read a block from the log and one that built it while it grew have the same bytes, plain and compressed. */
    @Property(tries = 30)
    void isEqualOnAllEdges(@ForAll @IntRange(max = 130) int newest,
            @ForAll @IntRange(min = 1, max = 20) int window) {
        var live = new TreeMap<Long, Segment>();
        PlaylistBlock grown = null;
        for (long n = 0; n <= newest; n++) {
            List<IndexEntry> parts = entries(SECOND, n, n);
            live.put(n, Segment.begin(parts.getFirst()).with(parts.getLast()));
            live.headMap(n - window + 1).clear();
            grown = PlaylistBlock.grow(grown, name(SECOND), RenditionId.TS, live, n, _ -> false).orElseThrow();
        }
        PlaylistBlock read = blocks(SECOND, newest, newest).getLast();
        assertThat(grown.first()).isEqualTo(read.first());
        assertThat(grown.text(grown.first(), newest)).usingRecursiveComparison()
                .isEqualTo(read.text(read.first(), newest));
        assertThat(grown.segments()).isEqualTo(read.segments());
    }

    /** In CMAF: the first segment listed, a discontinuity, and a later epoch name their init sections. */
    @Test
    void namesInitSections() {
        RenditionId video = RenditionId.cmaf(new TrackId(Packet.Kind.VIDEO, 0));
        List<PlaylistBlock> ofFirst = cmafBlocks(video, FIRST, 0, SEGMENTS - 1);
        List<PlaylistBlock> ofSecond = cmafBlocks(video, SECOND, 0, 1);
        var range = open(SECOND);
        String text = text(RangePlaylist.render(range, List.of(ENDED, LIVE),
                List.of(new Share(ENDED, ofFirst, 63, SEGMENTS - 1), new Share(LIVE, ofSecond, 0, 1)), _ -> 1, false,
                false));
        assertThat(text).startsWith("""
                #EXTM3U
                #EXT-X-VERSION:6
                #EXT-X-TARGETDURATION:2
                #EXT-X-MEDIA-SEQUENCE:63
                #EXT-X-DISCONTINUITY-SEQUENCE:0
                #EXT-X-INDEPENDENT-SEGMENTS
                #EXT-X-START:TIME-OFFSET=0
                #EXT-X-MAP:URI="../../@17/video0/init-0.mp4"
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:02:06.000Z
                #EXTINF:2.00000,
                ../../@17/video0/63.m4s
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:02:08.000Z
                #EXTINF:2.00000,
                ../../@17/video0/64.m4s
                """);
        assertThat(text).contains("""
                ../../@17/video0/99.m4s
                #EXT-X-DISCONTINUITY
                #EXT-X-MAP:URI="../../@17/video0/init-1.mp4"
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:03:20.000Z
                """, """
                ../../@17/video0/149.m4s
                #EXT-X-DISCONTINUITY
                #EXT-X-MAP:URI="../../@29/video0/init-0.mp4"
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z
                """);
        assertThat(text.split("EXT-X-MAP")).hasSize(4);
        assertThat(text(RangePlaylist.render(range, List.of(ENDED), List.of(new Share(ENDED, ofFirst, JUMP, 101)),
                _ -> 1, false, false))).contains("""
                        #EXT-X-START:TIME-OFFSET=0
                        #EXT-X-DISCONTINUITY
                        #EXT-X-MAP:URI="../../@17/video0/init-1.mp4"
                        """).doesNotContain("init-0");
        PlaylistBlock block = ofFirst.getFirst();
        assertThat(block.segment(3).sizeBytes()).as("without the init section").isEqualTo(1_900);
        assertThat(block.segment(3).parts()).extracting(PartPlace::initBytes).containsExactly(100, 0);
        assertThat(block.peakBitrate(0)).isEqualTo(7_600);
    }

    /** Every other segment begins with a keyframe of 250 bytes. */
    @Test
    void listsKeyframes() {
        RenditionId video = RenditionId.cmaf(new TrackId(Packet.Kind.VIDEO, 0));
        List<PlaylistBlock> blocks = cmafBlocks(video, FIRST, 0, SEGMENTS - 1);
        String text = text(RangePlaylist.render(open(FIRST), List.of(ENDED), List.of(new Share(ENDED, blocks, 98,
                101)), _ -> 1, true, true));
        assertThat(IframeRules.broken(text)).isEmpty();
        assertThat(text).isEqualTo("""
                #EXTM3U
                #EXT-X-VERSION:5
                #EXT-X-TARGETDURATION:2
                #EXT-X-MEDIA-SEQUENCE:98
                #EXT-X-DISCONTINUITY-SEQUENCE:0
                #EXT-X-I-FRAMES-ONLY
                #EXT-X-INDEPENDENT-SEGMENTS
                #EXT-X-START:TIME-OFFSET=0
                #EXT-X-MAP:URI="../../@17/video0/init-0.mp4"
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:03:16.000Z
                #EXTINF:2.00000,
                #EXT-X-BYTERANGE:250@0
                ../../@17/video0/98.m4s
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:03:18.000Z
                #EXT-X-GAP
                #EXTINF:2.00000,
                ../../@17/video0/99.m4s
                #EXT-X-DISCONTINUITY
                #EXT-X-MAP:URI="../../@17/video0/init-1.mp4"
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:03:20.000Z
                #EXTINF:2.00000,
                #EXT-X-BYTERANGE:250@0
                ../../@17/video0/100.m4s
                #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:03:22.000Z
                #EXT-X-GAP
                #EXTINF:2.00000,
                ../../@17/video0/101.m4s
                #EXT-X-ENDLIST
                """);
        assertThat(blocks.getFirst().iframeRate(0)).isEqualTo(new IframeRate(1_000, 1_000));
        assertThat(blocks.getFirst().sizeBytes()).isPositive();
    }

    private static List<PlaylistBlock> cmafBlocks(RenditionId rendition, long epoch, long from, long to) {
        List<PlaylistBlock> blocks = new ArrayList<>();
        for (long first = from; first <= to; first += PlaylistBlock.SEGMENTS) {
            long last = Math.min(to, first + PlaylistBlock.SEGMENTS - 1);
            var run = new SegmentRun(epoch, rendition, first, last);
            for (long n = first; n <= last; n++) {
                PartSpec spec = new PartSpec(epoch, n).of(rendition).initBytes(100).keyframeBytes(n % 2 == 0 ? 250 : 0)
                        .discontinuity(epoch == FIRST && n == JUMP, epoch == FIRST && n >= JUMP ? 1 : 0);
                run.fold(2 * n, spec.part(0, false, 2 * n));
                run.fold(2 * n + 1, spec.part(1, true, 2 * n + 1));
            }
            blocks.add(new PlaylistBlock(name(epoch), rendition, run.segments(first, last), 0));
        }
        return blocks;
    }

    /** A reader of a rendition that an epoch does not have, or no longer has, must not read to the end of the log. */
    @Test
    void otherRenditionsSettleRun() {
        var run = new SegmentRun(FIRST, RenditionId.cmaf(new TrackId(Packet.Kind.VIDEO, 1)), 0, 5);
        List<IndexEntry> others = entries(FIRST, 0, 7);
        int read = 0;
        while (run.fold(read, others.get(read))) {
            read++;
        }
        assertThat(others.get(read).id().segment()).isEqualTo(7);
        assertThat(run.isSettled()).isTrue();
        assertThat(run.segments(0, 5)).isEmpty();
    }

    @Test
    void doesNotGrowBlockWithoutItsFirstSegments() {
        var live = new TreeMap<Long, Segment>();
        List<IndexEntry> parts = entries(SECOND, 70, 70);
        live.put(70L, Segment.begin(parts.getFirst()).with(parts.getLast()));
        assertThat(PlaylistBlock.grow(null, name(SECOND), RenditionId.TS, live, 70, _ -> false)).isEmpty();
    }

    @Test
    void listsMissingSegmentsAsGaps() {
        List<IndexEntry> entries = new ArrayList<>(entries(FIRST, 1, 1));
        entries.add(entries(FIRST, 2, 2).getFirst());
        entries.addAll(entries(FIRST, 4, 5));
        var run = new SegmentRun(FIRST, RenditionId.TS, 0, 5);
        for (int i = 0; i < entries.size(); i++) {
            run.fold(i, entries.get(i));
        }
        List<Segment> segments = run.segments(0, 5);
        assertThat(segments).extracting(Segment::number).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
        assertThat(segments).extracting(Segment::complete).containsExactly(false, true, false, false, true, true);
        assertThat(run.isSettled()).isTrue();
    }

    @Test
    void endOfEpochSettlesItsRun() {
        var run = new SegmentRun(FIRST, RenditionId.TS, 0, 2);
        assertThat(run.fold(0, new EpochEnded(FIRST - 1, 7, 0))).as("the end of an earlier epoch").isTrue();
        run.fold(1, entries(FIRST, 0, 0).getFirst());
        assertThat(run.fold(2, new EpochEnded(FIRST, 2, 0))).isFalse();
        assertThat(run.isSettled()).isTrue();
        assertThat(run.segments(0, 2)).extracting(Segment::complete).containsExactly(false, false, false);
    }

    @Test
    void ignoresRepeatsOfRestartedPackager() {
        List<IndexEntry> entries = new ArrayList<>(entries(FIRST, 0, 3));
        entries.addAll(entries(FIRST, 2, 4));
        var run = new SegmentRun(FIRST, RenditionId.TS, 0, 4);
        for (int i = 0; i < entries.size() && run.fold(i, entries.get(i)); i++) {
            // Until it has all segments.
        }
        assertThat(run.segments(0, 4)).allMatch(Segment::complete);
        assertThat(run.nextOffset(4, -1)).isEqualTo(entries.size());
    }

    private static EpochName name(long epoch) {
        return new EpochName(epoch, 0);
    }
}
