package io.millrace.edge.view;

import io.millrace.media.m3u8.PartsPlaylist;
import io.millrace.media.m3u8.PartsPlaylistWriter;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.RenditionId;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;

/**
 * The live playlists with parts of the renditions of an epoch in CMAF, as of one position in the index. A playlist
 * lists no part before all of these renditions have it.
 *
 * <p>The playlist as of a part is a pure function of that part and of the records up to it: it is the same in every
 * view that lists the part, on every edge (docs/decisions/0034-a-blocking-answer-is-a-fixed-fact.md). Immutable;
 * thread-safe.
 */
public final class PartsView {
    /** A request may name a segment this far after the last complete one (RFC 8216bis, 6.2.5.2). */
    private static final int SEGMENTS_AHEAD = 2;
    /** A request may name a part this many seconds ahead, in parts of less than a second; otherwise as many parts. */
    private static final int PARTS_AHEAD = 3;

    /**
     * The known segments and parts of one rendition.
     *
     * @param segments the known segments by number
     * @param parts the parts of the newest segments, by the segments' numbers
     * @param isWhole whether there is no older segment than these
     */
    record Rendition(NavigableMap<Long, Segment> segments, NavigableMap<Long, SegmentParts> parts, boolean isWhole) {}

    private final EpochRules rules;
    private final long partTargetTicks;
    private final Map<RenditionId, Rendition> renditions;
    private final Front front;
    private final boolean ended;
    private final PartsTexts texts;

    PartsView(EpochRules rules, long partTargetTicks, Map<RenditionId, Rendition> renditions, Front front,
            boolean ended, PartsTexts texts) {
        this.rules = rules;
        this.partTargetTicks = partTargetTicks;
        this.renditions = renditions;
        this.front = front;
        this.ended = ended;
        this.texts = texts;
    }

    /** Returns the newest part that all renditions have. */
    public Front front() {
        return front;
    }

    /** Returns whether a rendition has a playlist: it lists at least one segment. */
    public boolean isListed(RenditionId rendition) {
        Rendition known = renditions.get(rendition);
        return known != null && (ended
                ? known.segments().values().stream().anyMatch(Segment::isClosed)
                : new PartsRender(this, known, rendition, front).newest() >= 0);
    }

    /** Returns EXT-X-TARGETDURATION. */
    public int targetDurationS() {
        return renditions.values().stream().filter(each -> !each.segments().isEmpty())
                .mapToInt(each -> each.segments().lastEntry().getValue().start().targetDurationS()).max().orElse(1);
    }

    /** Returns the number of parts of a segment: that of the rendition with the most; 0 if none is known. */
    private int parts(long segment) {
        return renditions.values().stream().map(each -> each.parts().get(segment)).filter(each -> each != null)
                .mapToInt(SegmentParts::size).max().orElse(0);
    }

    private boolean isFrontClosed() {
        return renditions.values().stream().map(each -> each.parts().get(front.segment()))
                .allMatch(each -> each == null || each.isClosedBy(front.part()));
    }

    /** Returns the number of the last segment that is listed as complete. */
    private long lastComplete() {
        return isFrontClosed() ? front.segment() : front.segment() - 1;
    }

    /**
     * Returns whether a request asks for more than the next few parts (RFC 8216bis, 6.2.5.2).
     *
     * @param part -1 for the whole segment
     */
    public boolean isTooFar(long segment, int part) {
        long ahead = partTargetTicks < Ticks.MPEG
                ? Math.ceilDiv((long) PARTS_AHEAD * Ticks.MPEG, partTargetTicks)
                : PARTS_AHEAD;
        long last = segment == front.segment() && !isFrontClosed() ? front.part() : 0;
        return segment > lastComplete() + SEGMENTS_AHEAD
                || segment > lastComplete() && part > last + ahead;
    }

    /**
     * Returns the part as of which a request is answered; empty if it is not listed yet. A part that a complete segment
     * does not have means the first part of the next one.
     *
     * @param part -1 for the whole segment
     */
    public Optional<Front> reached(long segment, int part) {
        boolean isAfter = part < 0 ? segment > lastComplete() : new Front(segment, part).compareTo(front) > 0;
        if (isAfter) {
            return Optional.empty();
        }
        int parts = parts(segment);
        if (part >= parts && parts > 0) {
            return Optional.of(new Front(segment + 1, 0));
        }
        return Optional.of(new Front(segment, part < 0 ? Math.max(parts, 1) - 1 : part));
    }

    /** Returns whether the current playlist of a rendition lists a part, so that {@link #text} is a fixed fact. */
    public boolean lists(RenditionId rendition, Front at) {
        Rendition known = renditions.get(rendition);
        return known != null && at.compareTo(front) <= 0
                && at.segment() >= new PartsRender(this, known, rendition, front).firstWithParts()
                && new PartsRender(this, known, rendition, at).isFilled();
    }

    /** Returns the current playlist of a rendition. */
    public RenderedText text(RenditionId rendition, PartsPlaylist.Skip skip) {
        return ended
                ? render(rendition, null, PartsPlaylist.Skip.NOTHING)
                : text(rendition, front, skip);
    }

    /** Returns the playlist of a rendition as of a part. */
    public RenderedText text(RenditionId rendition, Front at, PartsPlaylist.Skip skip) {
        return texts.get(rendition, at, skip, () -> render(rendition, at, skip));
    }

    private RenderedText render(RenditionId rendition, Front at, PartsPlaylist.Skip skip) {
        var render = new PartsRender(this, renditions.get(rendition), rendition, at);
        return RenderedText.of(PartsPlaylistWriter.write(render.playlist(), skip));
    }

    /** Returns a part that has media, as a segment of its own; empty if it is not known here. */
    public Optional<Segment> part(RenditionId rendition, Front part) {
        Rendition known = renditions.get(rendition);
        Segment segment = known == null ? null : known.segments().get(part.segment());
        SegmentParts parts = segment == null ? null : known.parts().get(part.segment());
        return parts == null || part.part() >= parts.size() || !parts.parts().get(part.part()).hasMedia()
                ? Optional.empty()
                : Optional.of(segment.ofPart(parts.parts().get(part.part())));
    }

    /** Returns whether a part is the next one of a rendition, which is about to appear (EXT-X-PRELOAD-HINT). */
    public boolean isNext(RenditionId rendition, Front part) {
        Rendition known = renditions.get(rendition);
        if (ended || known == null || known.parts().isEmpty()) {
            return false;
        }
        SegmentParts newest = known.parts().lastEntry().getValue();
        long segment = known.parts().lastKey();
        return part.equals(newest.closed() ? new Front(segment + 1, 0) : new Front(segment, newest.size()));
    }

    EpochRules rules() {
        return rules;
    }

    long partTargetTicks() {
        return partTargetTicks;
    }

    Map<RenditionId, Rendition> renditions() {
        return renditions;
    }
}
