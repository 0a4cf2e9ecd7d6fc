package io.millrace.platform.log;

/**
 * What is available and where: one part in one format. Readers take the first record of an identity (stream, epoch,
 * segment, part, format) and ignore the rest.
 *
 * @param epoch as in {@link Cut}
 * @param session as in {@link Cut}
 * @param segment as in {@link Cut}
 * @param part as in {@link Cut}
 * @param last as in {@link Cut}
 * @param format container
 * @param partsOffset offset of the bytes in {@code parts}
 * @param sizeBytes of the part
 * @param startTicks as in {@link Cut}, 90 kHz
 * @param durationTicks as in {@link Cut}, 90 kHz
 * @param programDateTimeMs as in {@link Cut}
 * @param arrivalUs as in {@link Cut}
 * @param independent as in {@link Cut}
 * @param keyframeOffset offset in {@code packets} of the first keyframe (audio-only: first frame) in it, -1 without one
 * @param timestampOffsetMs as in {@link Cut.SegmentHead}
 * @param targetDurationS as in {@link Cut.SegmentHead}
 * @param segmentIndependent whether the segment starts with a keyframe
 * @param discontinuous whether EXT-X-DISCONTINUITY stands before the segment
 * @param discontinuity as in {@link Cut.SegmentHead}
 */
public record IndexEntry(long epoch, long session, long segment, int part, boolean last, Format format,
        long partsOffset, int sizeBytes, long startTicks, long durationTicks, long programDateTimeMs, long arrivalUs,
        boolean independent, long keyframeOffset, long timestampOffsetMs, int targetDurationS,
        boolean segmentIndependent, boolean discontinuous, long discontinuity) implements LogRecord {}
