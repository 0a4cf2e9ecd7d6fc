package io.millrace.edge.view;

import io.millrace.media.m3u8.DateRange;
import io.millrace.media.m3u8.MediaPart;
import io.millrace.media.m3u8.MediaPlaylist;
import io.millrace.media.m3u8.MediaSegment;
import io.millrace.media.m3u8.PartsPlaylist;
import io.millrace.media.m3u8.RenditionReport;
import io.millrace.media.m3u8.ServerControl;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.Cue;
import io.millrace.platform.log.RenditionId;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;

/**
 * The playlist with parts of one rendition as of one part. Nothing after that part has any influence. Pure; confined to
 * one thread.
 */
final class PartsRender {
    /** Parts are listed in this many target durations at the end (RFC 8216bis, 4.4.4.9). */
    private static final int LISTED_TARGET_DURATIONS = 3;

    private final PartsView view;
    private final PartsView.Rendition known;
    private final RenditionId rendition;
    private final RenditionFiles files;
    /** Null at the end of the epoch. */
    private final Front at;
    /** The segment that is not complete as of {@link #at}; null if there is none. */
    private final SegmentParts open;
    private final long newest;

    /** @param at null for the end of the epoch */
    PartsRender(PartsView view, PartsView.Rendition known, RenditionId rendition, Front at) {
        this.view = view;
        this.known = known;
        this.rendition = rendition;
        this.at = at;
        files = new RenditionFiles(rendition);
        SegmentParts last = at == null ? null : known.parts().get(at.segment());
        boolean isOpen = last != null && !last.isClosedBy(at.part());
        open = isOpen ? new SegmentParts(last.parts().subList(0, Math.min(last.size(), at.part() + 1)), false) : null;
        newest = segmentsUpTo(at == null ? Long.MAX_VALUE : at.segment(), !isOpen).descendingMap().values().stream()
                .filter(Segment::isClosed).mapToLong(Segment::number).findFirst().orElse(-1);
    }

    private NavigableMap<Long, Segment> segmentsUpTo(long last, boolean inclusive) {
        return known.segments().headMap(last, inclusive);
    }

    /** Returns the number of the last segment that is listed as complete, -1 if there is none. */
    long newest() {
        return newest;
    }

    /** Returns whether all segments of the window are known. */
    boolean isFilled() {
        return newest < 0 || known.isWhole() || PlaylistWindow.isFilled(known.segments(), newest, view.rules());
    }

    /** Returns the number of the first segment whose parts are listed. */
    long firstWithParts() {
        long listedTicks = (long) LISTED_TARGET_DURATIONS * view.targetDurationS() * Ticks.MPEG;
        long ticks = open == null ? 0 : open.durationTicks();
        long first = newest + 1;
        for (Segment segment : segmentsUpTo(newest, true).descendingMap().values()) {
            ticks += segment.durationTicks();
            if (ticks > listedTicks || !known.parts().containsKey(segment.number())) {
                break;
            }
            first = segment.number();
        }
        return first;
    }

    PartsPlaylist playlist() {
        List<Segment> listed = listed();
        List<MediaSegment> lines = new ArrayList<>();
        List<List<MediaPart>> parts = new ArrayList<>();
        long firstWithParts = firstWithParts();
        Segment before = null;
        for (Segment segment : listed) {
            lines.add(segment.line(files.segment(segment.number()), mapUri(before, segment), before == null));
            // A gap has no part that could be loaded.
            parts.add(segment.number() < firstWithParts || !segment.complete()
                    ? List.of()
                    : parts(segment.number(), known.parts().get(segment.number())));
            before = segment;
        }
        Segment opened = open == null ? null : known.segments().get(at.segment());
        Segment first = listed.isEmpty() ? opened : listed.getFirst();
        boolean independent = listed.stream().allMatch(each -> each.start().independent())
                && (opened == null || opened.start().independent());
        int targetS = first.start().targetDurationS();
        var media = new MediaPlaylist(targetS, first.number(), first.start().discontinuitySequence(), independent,
                lines, at == null);
        return new PartsPlaylist(media, control(targetS), parts, opened == null ? null : open(before, opened),
                at == null ? null : hint(), at == null ? List.of() : reports());
    }

    private ServerControl control(int targetS) {
        return ServerControl.of((long) targetS * Ticks.MPEG, view.partTargetTicks(),
                Ticks.rescale(view.rules().windowMs(), Ticks.MILLIS, Ticks.MPEG));
    }

    /** Returns one segment per number of the window; a gap where none is known. */
    private List<Segment> listed() {
        List<Segment> listed = new ArrayList<>();
        if (newest >= 0) {
            long start = PlaylistWindow.start(known.segments(), newest, view.rules());
            for (long number = start; number <= newest; number++) {
                Segment segment = known.segments().get(number);
                listed.add(segment == null ? Segment.gap(number, listed.getLast()) : segment);
            }
        }
        return listed;
    }

    private String mapUri(Segment before, Segment segment) {
        return before == null || segment.hasOtherInit(before) ? files.init(segment.start().discontinuity()) : null;
    }

    private PartsPlaylist.Open open(Segment before, Segment opened) {
        // Parts without media at the beginning do not count: a track may begin late.
        LivePart first = open.parts().stream().filter(each -> each.durationTicks() > 0).findFirst()
                .orElse(open.parts().getFirst());
        return new PartsPlaylist.Open(opened.start().discontinuous(), mapUri(before, opened),
                first.programDateTimeMs(), dateRanges(before == null), parts(at.segment(), open));
    }

    /** Returns the date ranges up to the part: a later one of the open segment may be known already. */
    private List<DateRange> dateRanges(boolean isFirst) {
        List<Cue> cues = open.parts().getLast().cues();
        return isFirst ? DateRanges.all(cues) : DateRanges.recordedWith(at.segment(), cues);
    }

    private List<MediaPart> parts(long segment, SegmentParts of) {
        List<MediaPart> parts = new ArrayList<>();
        for (LivePart part : of.parts()) {
            parts.add(new MediaPart(files.part(segment, parts.size()), part.durationTicks(),
                    part.independent() && part.hasMedia(), !part.hasMedia()));
        }
        return parts;
    }

    private String hint() {
        return open == null ? files.part(Math.max(newest, at.segment()) + 1, 0) : files.part(at.segment(), open.size());
    }

    /** Reports of the other renditions that count by the rule of {@link FrontRule}, all as of the same part. */
    private List<RenditionReport> reports() {
        return view.renditions().entrySet().stream()
                .filter(other -> !other.getKey().equals(rendition) && counts(other.getValue()))
                .map(other -> new RenditionReport("../" + new RenditionFiles(other.getKey()).name() + '/'
                        + RenditionFiles.PLAYLIST, at.segment(), at.part()))
                .toList();
    }

    private boolean counts(PartsView.Rendition other) {
        return at.segment() < FrontRule.FIRST_WITHOUT_ABSENT
                ? !other.parts().headMap(at.segment(), true).isEmpty()
                : other.parts().containsKey(at.segment() - 1);
    }
}
