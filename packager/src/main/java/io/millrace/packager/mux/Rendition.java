package io.millrace.packager.mux;

import io.millrace.media.bytes.OverLimitException;
import io.millrace.platform.kafka.Sizes;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.Gap;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.Renditions;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.log.Track;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One rendition of one segment: its parts or, once a part is missing, the gap up to the end of the segment. Each
 * segment has its own instance, so which parts are missing does not depend on where a packager started.
 *
 * <p>Confined to one thread.
 */
public final class Rendition {
    /** Limit of a part in its record. The cutter limits parts to {@link Sizes#PART_BYTES}, so it is never reached. */
    public static final int PART_LIMIT_BYTES = Sizes.RECORD_BYTES - 64 * 1024;

    private final RenditionId id;
    private final SegmentStart start;
    /** Times of the segment's first cut. */
    private final PartTimes firstTimes;
    /** The renditions from which readers make this one; empty if it has parts of its own, and before the first part. */
    private List<RenditionId> sources = List.of();
    private SegmentMux muxer;
    private int droppedFrames;
    private Gap gap;
    private boolean recorded;

    /** @param first part 0 of the segment, of which the rendition carries a track */
    public Rendition(RenditionId id, Cut first) {
        this.id = id;
        start = first.head().start();
        firstTimes = first.times();
    }

    public RenditionId id() {
        return id;
    }

    /** Whether a part of the segment is missing, so that no further part is muxed. */
    public boolean isMissing() {
        return gap != null || recorded;
    }

    /** Marks the segment as one whose gap is in the index already. */
    public void recordedAsGap() {
        recorded = true;
    }

    /**
     * Returns whether readers make the parts of a segment from those of other renditions. A function of its first cut, so
     * that all packagers decide the same: parts that are made depend on those before them. A track without a sample in a
     * segment of one part has no part in CMAF, and readers would not know its configuration.
     */
    private static boolean isDerived(RenditionId id, Cut first) {
        List<RenditionId> sources = Renditions.sources(id, first.head());
        return !sources.isEmpty() && sources.stream().allMatch(source -> CmafPartMuxer.carries(track(source, first))
                && (!first.last() || first.samples().stream().anyMatch(each -> source.has(each.kind(), each.track()))));
    }

    private static Track track(RenditionId cmaf, Cut first) {
        return first.head().tracks().stream().filter(each -> cmaf.has(each.kind(), each.id())).findFirst()
                .orElseThrow();
    }

    /** Returns the renditions from which readers make the part that was muxed last; empty if it is written. */
    public List<RenditionId> sources() {
        return sources;
    }

    /**
     * Returns whether the part of a cut can be made from those of {@link #sources()}: each has a part, or has no media in
     * the segment that the cut ends, so that readers know its configuration from an earlier part.
     *
     * @param present the renditions that have a part of the cut
     * @param empty the renditions that have no media in the segment, which the cut ends
     */
    public boolean isMadeFrom(Set<RenditionId> present, Set<RenditionId> empty) {
        return sources.stream().anyMatch(present::contains)
                && sources.stream().allMatch(source -> present.contains(source) || empty.contains(source));
    }

    /** Returns whether the segment has a gap because it has no media in this rendition. */
    public boolean isWithoutMedia() {
        return gap != null && gap.reason() == Gap.Reason.EMPTY;
    }

    /**
     * Returns the part that {@code cut} bounds; empty if it is the last one of a segment in which the rendition has no
     * sample, so that the segment becomes a gap.
     *
     * @param cut the next cut of the segment
     * @param packets the packets of the cut's samples, in the same order
     * @throws io.millrace.media.bytes.MediaException if the media cannot be muxed; the part is then {@link #missing}
     */
    public Optional<MuxedPart> mux(Cut cut, List<Packet> packets) {
        if (muxer == null) {
            muxer = new SegmentMux(id, cut);
            sources = isDerived(id, cut) ? Renditions.sources(id, cut.head()) : List.of();
        }
        MuxedPart part = muxer.mux(cut, packets);
        int bytes = part.part().bytes().remaining();
        if (bytes > PART_LIMIT_BYTES) {
            throw new OverLimitException("Part", "bytes", bytes, PART_LIMIT_BYTES);
        }
        if (cut.last() && muxer.isEmpty()) {
            gap = emptySegment(cut);
            return Optional.empty();
        }
        return Optional.of(part);
    }

    private Gap emptySegment(Cut last) {
        long endTicks = last.times().startTicks() + last.times().durationTicks();
        return new Gap(last.id(), id, Gap.Reason.EMPTY, new PartTimes(firstTimes.startTicks(),
                endTicks - firstTimes.startTicks(), firstTimes.programDateTimeMs(), last.times().arrivalUs()),
                start.withCues(last.cues()));
    }

    /** Returns how many frames the format could not carry since this was called before. */
    public int newlyDroppedFrames() {
        int dropped = muxer.droppedFrames() - droppedFrames;
        droppedFrames += dropped;
        return dropped;
    }

    /**
     * Adds the part of {@code cut} to the gap.
     *
     * @param reason used if this is the first missing part
     */
    public void missing(Cut cut, Gap.Reason reason) {
        PartTimes times = cut.times();
        if (gap == null) {
            gap = new Gap(cut.id(), id, reason, times, start.withCues(cut.cues()));
        } else {
            PartTimes first = gap.times();
            gap = new Gap(gap.id(), id, gap.reason(), new PartTimes(first.startTicks(),
                    first.durationTicks() + times.durationTicks(), first.programDateTimeMs(), times.arrivalUs()),
                    start.withCues(cut.cues()));
        }
    }

    /** Returns the gap to record when the segment has ended; null if no part is missing or the index has it already. */
    public Gap gap() {
        return recorded ? null : gap;
    }
}
