package io.millrace.platform.log;

/**
 * States that one part is available in one format, and where. Readers use the first record of an identity (stream,
 * epoch, segment, part, format) and ignore repetitions.
 *
 * @param epoch as in {@link Cut}
 * @param session as in {@link Cut}
 * @param segment as in {@link Cut}
 * @param part as in {@link Cut}
 * @param last as in {@link Cut}
 * @param format container format
 * @param partsOffset offset of the part's record in {@code parts}
 * @param sizeBytes size of the part
 * @param startTicks as in {@link Cut}, 90 kHz
 * @param durationTicks as in {@link Cut}, 90 kHz
 * @param programDateTimeMs as in {@link Cut}
 * @param arrivalUs as in {@link Cut}
 * @param independent as in {@link Cut}
 * @param keyframeOffset offset in {@code packets} of the first keyframe (audio-only: first frame) of the part, -1
 *     without one
 * @param timestampOffsetMs as in {@link Cut.SegmentHead}
 * @param targetDurationS as in {@link Cut.SegmentHead}
 * @param segmentIndependent whether the segment starts with a keyframe
 * @param discontinuous whether EXT-X-DISCONTINUITY precedes the segment
 * @param discontinuity as in {@link Cut.SegmentHead}
 */
public record IndexEntry(long epoch, long session, long segment, int part, boolean last, Format format,
        long partsOffset, int sizeBytes, long startTicks, long durationTicks, long programDateTimeMs, long arrivalUs,
        boolean independent, long keyframeOffset, long timestampOffsetMs, int targetDurationS,
        boolean segmentIndependent, boolean discontinuous, long discontinuity) implements IndexRecord {}
