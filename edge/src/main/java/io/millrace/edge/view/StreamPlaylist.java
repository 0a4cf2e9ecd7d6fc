package io.millrace.edge.view;

import io.millrace.media.m3u8.MediaPlaylist;
import io.millrace.media.m3u8.MediaPlaylistWriter;
import io.millrace.media.m3u8.MediaSegment;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Gap;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.RenditionId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/**
 * The live media playlist of one epoch in one rendition: a pure fold over the index.
 *
 * <p>The playlist lists the newest segments that fill the window. It depends only on the epoch's rules and on how far
 * the index has been read; where reading began makes no difference once {@link #isFilled} is true. Only the first
 * record of a part counts; repetitions change nothing. A segment is listed once its last part is known or recorded as
 * missing, or a later segment begins. A segment with a missing part is listed as EXT-X-GAP, and so is a segment that
 * the index skips (it lists a later one), so that the numbering and players continue.
 *
 * <p>Confined to one thread; the {@link RenditionView}s that it returns are immutable.
 */
public final class StreamPlaylist {
    /** A live playlist lists at least this many segments once they exist (protocols.md 7.2). */
    public static final int MIN_SEGMENTS = 6;
    /** A live playlist lists at least this many target durations once they exist (RFC 8216, 6.2.2). */
    public static final int MIN_TARGET_DURATIONS = 3;
    /** Segments that have left the window stay known for this many windows, because players still request them. */
    private static final int KEPT_WINDOWS = 2;

    private final EpochRules rules;
    private final RenditionId rendition;
    private final NavigableMap<Long, Segment> segments = new TreeMap<>();
    private final RecentParts parts = new RecentParts();
    private final RenditionFiles files;
    // Both null until they are needed, and after each change of the list.
    private RenderedText text;
    private LiveIframes iframes;
    private boolean ended;
    /** The numbers of the segments that are listed as gaps, because they are withdrawn. */
    private LongPredicate withdrawn = _ -> false;

    public StreamPlaylist(EpochRules rules, RenditionId rendition) {
        this.rules = rules;
        this.rendition = rendition;
        files = new RenditionFiles(rendition);
    }

    /** Folds the next index record of the epoch. Returns whether it changed this playlist. */
    public boolean fold(IndexedPart part) {
        if (ended || !part.rendition().equals(rendition)) {
            return false;
        }
        Segment known = segments.get(part.id().segment());
        boolean isNext = known == null
                ? part.id().isFirst() && part.id().segment() >= oldest()
                : known.isContinuedBy(part);
        if (isNext) {
            if (known == null) {
                closeBefore(part);
            }
            grow(known == null ? Segment.begin(part) : known.with(part));
            parts.add(part);
        }
        return isNext;
    }

    /** A later segment closes one of which neither the last part nor a gap came: nothing of it follows. */
    private void closeBefore(IndexedPart later) {
        var before = segments.lowerEntry(later.id().segment());
        if (before != null && !before.getValue().isClosed()) {
            Gap gap = before.getValue().gapBefore(later);
            grow(before.getValue().with(gap));
            parts.add(gap);
        }
    }

    /** Lists these segments as gaps from now on, and no longer those that were withdrawn before. */
    void withdraw(LongPredicate segmentNumbers) {
        withdrawn = segmentNumbers;
        text = null;
    }

    private Segment shown(Segment segment) {
        return withdrawn.test(segment.number()) ? segment.withdrawn() : segment;
    }

    /** Returns the newest parts by the numbers of their segments, those of withdrawn segments without media. */
    NavigableMap<Long, SegmentParts> shownParts() {
        NavigableMap<Long, SegmentParts> all = parts.snapshot();
        if (all.keySet().stream().noneMatch(withdrawn::test)) {
            return all;
        }
        NavigableMap<Long, SegmentParts> shown = new TreeMap<>(all);
        shown.replaceAll((number, its) -> withdrawn.test(number) ? its.withdrawn() : its);
        return Collections.unmodifiableNavigableMap(shown);
    }

    /** Returns the newest parts. */
    RecentParts parts() {
        return parts;
    }

    /** Ends the playlist: entries that follow are ignored. Returns whether this changed it. */
    public boolean end() {
        if (ended) {
            return false;
        }
        ended = true;
        text = null;
        return true;
    }

    /** Returns whether reading began early enough: no older segment belongs in the window. */
    public boolean isFilled() {
        return !segments.isEmpty() && PlaylistWindow.isFilled(segments, newest(), rules);
    }

    /** Returns the number of the oldest known segment, -1 if there is none. */
    public long oldest() {
        return segments.isEmpty() ? -1 : segments.firstKey();
    }

    /** Returns the current view. Its text is rendered once per list of segments. */
    public RenditionView view() {
        long newest = newest();
        NavigableMap<Long, Segment> all = new TreeMap<>(segments);
        all.replaceAll((_, segment) -> shown(segment));
        var known = Collections.unmodifiableNavigableMap(all);
        if (newest < 0) {
            return new RenditionView(known, -1, null, null, 0, 0, ended);
        }
        List<Segment> listed = listed(windowStart(), newest);
        if (text == null) {
            MediaPlaylist playlist = playlist(listed);
            text = RenderedText.of(MediaPlaylistWriter.write(playlist));
            iframes = files.hasIframes() ? new LiveIframes(playlist, listed) : null;
        }
        return new RenditionView(known, listed.getFirst().number(), text, iframes,
                listed.stream().mapToLong(Segment::bitrate).max().orElse(0), Segment.averageBitrate(listed), ended);
    }

    private void grow(Segment segment) {
        segments.put(segment.number(), segment);
        if (segment.isClosed()) {
            text = null;
            forget();
        }
    }

    /** Forgets segments that left the window long ago. */
    private void forget() {
        long oldest = windowStart();
        for (int window = 1; window < KEPT_WINDOWS; window++) {
            oldest = PlaylistWindow.start(segments, oldest - 1, rules);
        }
        if (oldest >= 0) {
            segments.headMap(oldest).clear();
        }
    }

    private MediaPlaylist playlist(List<Segment> listed) {
        Segment first = listed.getFirst();
        List<MediaSegment> lines = new ArrayList<>();
        Segment before = null;
        for (Segment segment : listed) {
            boolean mapped = files.hasInit() && (before == null || segment.hasOtherInit(before));
            lines.add(segment.line(files.segment(segment.number()),
                    mapped ? files.init(segment.start().discontinuity()) : null, before == null));
            before = segment;
        }
        boolean independent = listed.stream().allMatch(each -> each.start().independent());
        return new MediaPlaylist(first.start().targetDurationS(), first.number(), first.start().discontinuitySequence(),
                independent, lines,
                ended);
    }

    /** Returns one segment per number from {@code first} to {@code last}; a gap where none is known. */
    private List<Segment> listed(long first, long last) {
        List<Segment> listed = new ArrayList<>();
        for (long number = first; number <= last; number++) {
            Segment segment = segments.get(number);
            listed.add(segment == null ? Segment.gap(number, listed.getLast()) : shown(segment));
        }
        return listed;
    }

    /** Returns the number of the newest segment that is listed, -1 if there is none. */
    public long newest() {
        return segments.descendingMap().values().stream().filter(Segment::isClosed).mapToLong(Segment::number)
                .findFirst().orElse(-1);
    }

    private long windowStart() {
        return PlaylistWindow.start(segments, newest(), rules);
    }
}
