package io.millrace.packager.mux;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.Part;

/**
 * A part with everything that its index entry contains except its position in {@code parts}. Immutable.
 *
 * @param cut the cut that bounds the part
 * @param head the head of its segment
 * @param part its bytes
 */
public record MuxedPart(Cut cut, Cut.SegmentHead head, Part part) {
    /** The part contains no keyframe. */
    public static final long NO_KEYFRAME = -1;

    /**
     * Returns the index entry of the part.
     *
     * @param partsOffset offset of the part's record in {@code parts}
     */
    public IndexEntry entry(long partsOffset) {
        return new IndexEntry(cut.epoch(), cut.session(), cut.segment(), cut.part(), cut.last(), part.format(),
                partsOffset, part.bytes().remaining(), cut.startTicks(), cut.durationTicks(), cut.programDateTimeMs(),
                cut.arrivalUs(), cut.independent(), keyframeOffset(), head.timestampOffsetMs(),
                head.targetDurationS(), head.independent(), head.discontinuous(), head.discontinuity());
    }

    /** Offset in {@code packets} of the first keyframe or, in a stream without video, of the first frame. */
    private long keyframeOffset() {
        boolean audioOnly = head.videoConfig() == null;
        return cut.samples().stream().filter(s -> audioOnly || s.kind() == Packet.Kind.VIDEO && s.keyframe())
                .mapToLong(s -> cut.firstOffset() + s.offsetDelta()).findFirst().orElse(NO_KEYFRAME);
    }
}
