package io.millrace.edge.view;

import io.millrace.media.m3u8.IframePlaylistWriter;
import io.millrace.media.m3u8.MediaPlaylistWriter;
import io.millrace.platform.log.Cue;
import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.PeriodStart;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.log.SourcePart;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * Up to {@link #SEGMENTS} consecutive segments of one rendition of an epoch with their rendered playlist lines: the
 * building block of playlists of past media, including those that continue into the live stream. A block begins at a
 * segment number that is a multiple of {@code SEGMENTS}, so that blocks are the same on every edge.
 *
 * <p>Immutable. Primitive arrays keep a block small: a day of 2 s segments has about 700 blocks, which {@code edge.past}
 * reads from {@code index} and caches by {@link #sizeBytes}.
 */
public final class PlaylistBlock {
    /** Maximum number of segments in a block; only the last known block of an epoch has fewer. */
    public static final int SEGMENTS = 64;
    private static final long UNKNOWN = -1;
    /** Memory of the object and the headers of its arrays; text, segments and parts are counted separately. */
    private static final int FIXED_BYTES = 256;
    private static final int SEGMENT_BYTES = 64;
    private static final int PART_BYTES = 16;
    private static final int SOURCE_BYTES = 88;

    private final EpochName epoch;
    private final RenditionFiles files;
    private final long first;
    /** Longest target duration of the segments. */
    private final int targetDurationS;
    // The properties of the segments, by index in the block.
    /** False for a gap. */
    private final boolean[] complete;
    /** Whether the segment begins with a keyframe. */
    private final boolean[] independent;
    /** Whether EXT-X-DISCONTINUITY precedes the segment. */
    private final boolean[] discontinuous;
    /** Number of discontinuities in the epoch up to and including the segment. */
    private final long[] discontinuity;
    private final PeriodStart[] periods;
    /** Cues of each segment, as in {@link SegmentStart}. */
    private final List<List<Cue>> cues;
    private final long[] startTicks;
    /** EXT-X-PROGRAM-DATE-TIME, ms since 1970. */
    private final long[] startsMs;
    private final int[] durationTicks;
    private final int[] initBytes;
    /** As in {@link PartPlace}, of the first part. */
    private final int[] keyframeBytes;
    /** For each segment, the index in the following arrays after its last part. */
    private final int[] partEnds;
    /** Offset of each part in {@code parts}. */
    private final long[] partOffsets;
    private final int[] partBytes;
    /** CRC-32C of each part, 0 if unknown. */
    private final int[] partChecks;
    /** The source parts of each derived part; null if no part of the block is derived. */
    private final List<List<SourcePart>> partSources;
    /** For each segment, the index in {@link #text} after its lines. */
    private final int[] textEnds;
    /** The playlist lines of all segments. */
    private final TextPiece text;
    private final long nextOffset;

    /**
     * @param segments complete segments and gaps with consecutive numbers, at least one
     * @param nextOffset offset in {@code index} from which the segments after the block are read; -1 if unknown
     */
    public PlaylistBlock(EpochName epoch, RenditionId rendition, List<Segment> segments, long nextOffset) {
        int count = segments.size();
        this.epoch = epoch;
        files = new RenditionFiles(rendition);
        this.nextOffset = nextOffset;
        first = segments.getFirst().number();
        targetDurationS = segments.stream().mapToInt(each -> each.start().targetDurationS()).max().orElseThrow();
        complete = new boolean[count];
        independent = new boolean[count];
        discontinuous = new boolean[count];
        discontinuity = new long[count];
        periods = new PeriodStart[count];
        cues = segments.stream().map(each -> each.start().cues()).toList();
        startTicks = new long[count];
        startsMs = new long[count];
        durationTicks = new int[count];
        initBytes = new int[count];
        keyframeBytes = new int[count];
        partEnds = new int[count];
        textEnds = new int[count];
        List<PartPlace> parts = new ArrayList<>();
        var lines = new ByteArrayOutputStream(count * 100);
        for (int i = 0; i < count; i++) {
            Segment segment = segments.get(i);
            complete[i] = segment.complete();
            independent[i] = segment.start().independent();
            discontinuous[i] = segment.start().discontinuous();
            discontinuity[i] = segment.start().discontinuity();
            PeriodStart period = segment.start().period();
            // One object for all segments of a period.
            periods[i] = i > 0 && periods[i - 1].equals(period) ? periods[i - 1] : period;
            startTicks[i] = segment.startTicks();
            startsMs[i] = segment.programDateTimeMs();
            durationTicks[i] = (int) segment.durationTicks();
            initBytes[i] = segment.parts().isEmpty() ? 0 : segment.parts().getFirst().initBytes();
            keyframeBytes[i] = segment.parts().isEmpty() ? 0 : segment.parts().getFirst().keyframeBytes();
            parts.addAll(segment.parts());
            partEnds[i] = parts.size();
            lines.writeBytes(MediaPlaylistWriter.segment(segment.line(uri(files.segment(segment.number())),
                    isMapped(first + i) ? mapUri(first + i) : null, false)).getBytes(StandardCharsets.UTF_8));
            textEnds[i] = lines.size();
        }
        partOffsets = parts.stream().mapToLong(PartPlace::offset).toArray();
        partBytes = parts.stream().mapToInt(PartPlace::sizeBytes).toArray();
        partChecks = parts.stream().mapToInt(PartPlace::check).toArray();
        partSources = parts.stream().anyMatch(PartPlace::isDerived)
                ? parts.stream().map(PartPlace::sources).toList()
                : null;
        text = TextPiece.of(lines.toByteArray());
    }

    /**
     * Returns the newest block of a running epoch, up to the segment {@code newest}.
     *
     * @param known an earlier version of the block in the same rendition, from which older segments are taken; another
     *     block or null is ignored
     * @param live the newest segments by number, complete or not
     * @param newest number of the newest segment that is listed
     * @param withdrawn the numbers of withdrawn segments, which are gaps
     * @return empty if {@code live} starts too late to continue {@code known} or, without it, to begin the block: the
     *     missing segments must be read from the index
     */
    public static Optional<PlaylistBlock> grow(PlaylistBlock known, EpochName epoch, RenditionId rendition,
            NavigableMap<Long, Segment> live, long newest, LongPredicate withdrawn) {
        long first = numberOf(newest) * SEGMENTS;
        boolean isSame = known != null && known.first == first;
        if (isSame && known.last() == newest) {
            return Optional.of(known);
        }
        List<Segment> segments = new ArrayList<>(isSame ? known.segments() : List.of());
        segments.removeIf(segment -> segment.number() > newest);
        long next = first + segments.size();
        if (live.firstKey() > next) {
            return Optional.empty();
        }
        for (long number = next; number <= newest; number++) {
            Segment before = segments.isEmpty() ? live.floorEntry(number).getValue() : segments.getLast();
            Segment segment = live.containsKey(number) ? live.get(number) : Segment.gap(number, before);
            // The live view may be older than the withdrawal.
            segments.add(withdrawn.test(number) ? segment.withdrawn() : segment);
        }
        return Optional.of(new PlaylistBlock(epoch, rendition, segments, UNKNOWN));
    }

    /** Returns the number of the block that contains a segment. */
    public static long numberOf(long segment) {
        return segment / SEGMENTS;
    }

    /** Returns the URI of a file of the rendition, relative to every media playlist of the stream. */
    private String uri(String file) {
        return "../../@" + epoch + '/' + files.name() + '/' + file;
    }

    /** Returns whether segments need an init section. */
    boolean hasInit() {
        return files.hasInit();
    }

    /** Returns the URI of the init section of a segment. */
    String mapUri(long number) {
        return uri(files.init(discontinuity(number)));
    }

    /**
     * Returns whether the lines of a segment contain its init section, because that of the previous segment does not
     * apply or is not known to apply.
     */
    boolean isMapped(long number) {
        int i = (int) (number - first);
        return files.hasInit() && (discontinuous[i] || i > 0 && discontinuity[i] != discontinuity[i - 1]);
    }

    /** Returns the discontinuity number of a segment. */
    public long discontinuity(long number) {
        return discontinuity[(int) (number - first)];
    }

    /** Returns the number of the epoch. */
    public long epoch() {
        return epoch.number();
    }

    /** Returns the number of the first segment. */
    public long first() {
        return first;
    }

    /** Returns the number of the last segment, inclusive. */
    public long last() {
        return first + startsMs.length - 1;
    }

    /** Returns the offset in {@code index} from which the segments after the block are read; -1 if unknown. */
    public long nextOffset() {
        return nextOffset;
    }

    /**
     * Returns the highest bitrate of the block's segments from {@code from} on, in bits per second; 0 if none has a
     * duration.
     */
    public long peakBitrate(long from) {
        long peak = 0;
        for (int i = index(from); i < startsMs.length; i++) {
            peak = Math.max(peak, Segment.bitrate(sizeBytes(i), durationTicks[i]));
        }
        return peak;
    }

    /** Returns the average bitrate of the block's segments from {@code from} on, in bits per second. */
    public long averageBitrate(long from) {
        long bytes = 0;
        long ticks = 0;
        for (int i = index(from); i < startsMs.length; i++) {
            bytes += sizeBytes(i);
            ticks += durationTicks[i];
        }
        return Segment.bitrate(bytes, ticks);
    }

    private int index(long number) {
        return (int) Math.max(0, number - first);
    }

    private long sizeBytes(int i) {
        long sizeBytes = -initBytes[i];
        for (int part = i == 0 ? 0 : partEnds[i - 1]; part < partEnds[i]; part++) {
            sizeBytes += partBytes[part];
        }
        return sizeBytes;
    }

    /** Returns whether the segment is in this block. */
    public boolean contains(long number) {
        return number >= first && number <= last();
    }

    /** Returns a segment, which the block must contain, with the positions of its parts. */
    public Segment segment(long number) {
        int i = (int) (number - first);
        List<PartPlace> parts = new ArrayList<>();
        for (int part = i == 0 ? 0 : partEnds[i - 1]; part < partEnds[i]; part++) {
            parts.add(new PartPlace(partOffsets[part], partBytes[part], parts.isEmpty() ? initBytes[i] : 0,
                    partChecks[part], parts.isEmpty() ? keyframeBytes[i] : 0,
                    partSources == null ? List.of() : partSources.get(part)));
        }
        return new Segment(number, complete[i] ? Segment.State.COMPLETE : Segment.State.GAP, startTicks[i],
                durationTicks[i],
                startsMs[i],
                new SegmentStart(independent[i], discontinuous[i], discontinuity[i], targetDurationS, periods[i],
                        cues.get(i)),
                sizeBytes(i),
                parts);
    }

    /** Returns all segments of the block, in order. */
    public List<Segment> segments() {
        List<Segment> segments = new ArrayList<>(startsMs.length);
        for (long number = first; number <= last(); number++) {
            segments.add(segment(number));
        }
        return segments;
    }

    /** Returns the longest target duration of the segments. */
    int targetDurationS() {
        return targetDurationS;
    }

    /** Returns whether every segment from {@code from} to {@code to} (inclusive) begins with a keyframe. */
    boolean isIndependent(long from, long to) {
        for (long number = from; number <= to; number++) {
            if (!independent[(int) (number - first)]) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns the lines of the segments from {@code from} to {@code to} (inclusive). The lines of a whole block are the
     * same object each time, which is compressed only once.
     */
    TextPiece text(long from, long to) {
        if (from == first && to == last()) {
            return text;
        }
        int begin = from == first ? 0 : textEnds[(int) (from - first) - 1];
        return TextPiece.of(Arrays.copyOfRange(text.plain(), begin, textEnds[(int) (to - first)]));
    }

    /** Returns the lines of the keyframes of the segments from {@code from} to {@code to} (inclusive). */
    TextPiece iframes(long from, long to) {
        StringBuilder lines = new StringBuilder((int) (to - from + 1) * 100);
        for (long number = from; number <= to; number++) {
            Segment segment = segment(number);
            lines.append(IframePlaylistWriter.segment(segment.line(uri(files.segment(number)),
                    isMapped(number) ? mapUri(number) : null, false), segment.keyframeBytes()));
        }
        return TextPiece.of(lines.toString().getBytes(StandardCharsets.US_ASCII));
    }

    /** Returns the bitrate of the keyframes of the block's segments from {@code from} on. */
    IframeRate iframeRate(long from) {
        return IframeRate.of(segments().subList(index(from), startsMs.length));
    }

    /** Returns the approximate memory that the block occupies. */
    public int sizeBytes() {
        int sources = partSources == null ? 0 : partSources.stream().mapToInt(List::size).sum();
        return FIXED_BYTES + SEGMENT_BYTES * startsMs.length + PART_BYTES * partOffsets.length
                + SOURCE_BYTES * sources + text.sizeBytes()
                + cues.stream().flatMap(List::stream).mapToInt(Cue::chars).sum();
    }
}
