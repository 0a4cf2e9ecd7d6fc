package io.millrace.packager.mux;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.Part;

/**
 * A part and all that the index will say of it but where it lies.
 *
 * <p>Immutable.
 *
 * @param cut what bounds it
 * @param head of its segment
 * @param part its bytes
 */
public record MuxedPart(Cut cut, Cut.SegmentHead head, Part part) {
    /** No keyframe in the part. */
    public static final long NO_KEYFRAME = -1;

    /** @param partsOffset where the log has put the part */
    public IndexEntry entry(long partsOffset) {
        return new IndexEntry(cut.epoch(), cut.session(), cut.segment(), cut.part(), cut.last(), part.format(),
                partsOffset, part.bytes().remaining(), cut.startTicks(), cut.durationTicks(), cut.programDateTimeMs(),
                cut.arrivalUs(), cut.independent(), keyframeOffset(), head.timestampOffsetMs(),
                head.targetDurationS(), head.independent(), head.discontinuous(), head.discontinuity());
    }

    /** In {@code packets}: of the first keyframe, without video of the first frame. */
    private long keyframeOffset() {
        boolean audioOnly = head.videoConfig() == null;
        return cut.samples().stream().filter(s -> audioOnly || s.kind() == Packet.Kind.VIDEO && s.keyframe())
                .mapToLong(s -> cut.firstOffset() + s.offsetDelta()).findFirst().orElse(NO_KEYFRAME);
    }
}
