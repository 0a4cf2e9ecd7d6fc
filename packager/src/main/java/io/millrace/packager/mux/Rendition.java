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
    /** The renditions from which readers can make this one; empty if it has its own parts. */
    private final List<RenditionId> sources;
    /** Whether readers can make all parts so far. */
    private boolean derived;
    private SegmentMux muxer;
    private int droppedFrames;
    private Gap gap;
    private boolean recorded;

    /** @param first part 0 of the segment, of which the rendition carries a track */
    public Rendition(RenditionId id, Cut first) {
        this.id = id;
        sources = Renditions.sources(id, first.head());
        derived = !sources.isEmpty();
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

    /** Returns the renditions from which readers can make this one. */
    public List<RenditionId> sources() {
        return sources;
    }

    /**
     * Returns whether readers can make the part of {@code cut} from those of other renditions: each of its tracks has a
     * part, or the last part is empty and readers know the track's configuration from an earlier part. Once a part
     * cannot be made, the rest of the segment is written as it is.
     *
     * @param present the renditions that have a part of the cut
     * @param empty the renditions that have no media in the segment, which the cut ends
     */
    public boolean isMadeFrom(Set<RenditionId> present, Set<RenditionId> empty, Cut cut) {
        derived &= sources.stream().anyMatch(present::contains) && sources.stream()
                .allMatch(source -> present.contains(source) || !cut.id().isFirst() && empty.contains(source));
        return derived;
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
