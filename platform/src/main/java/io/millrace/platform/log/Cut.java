package io.millrace.platform.log;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * The decision that bounds one part. With the packets that it names it is all that a muxer needs; a part is a pure
 * function of its segment's cuts up to itself. Identity: stream, epoch, segment, part.
 *
 * @param epoch number of the epoch's first session
 * @param session the session whose packets it holds (all cuts of a segment: the same)
 * @param segment media sequence number, from 0 in an epoch
 * @param part number in the segment, from 0
 * @param last whether it is the segment's last part
 * @param independent whether the part holds a keyframe (audio-only: always)
 * @param firstOffset offset in {@code packets} of its first sample
 * @param lastOffset offset in {@code packets} of its last sample
 * @param startTicks presentation time of its first sample of the leading track on the epoch-wide time line of the
 *     current discontinuity, 90 kHz
 * @param durationTicks 90 kHz; the sum over a segment is the segment's duration
 * @param programDateTimeMs wall clock of its start: session clock and media time, ms since 1970
 * @param arrivalUs ingest stamp of the newest packet in it, µs since 1970
 * @param head what holds for the whole segment; only in part 0, else null
 * @param samples in log order
 */
public record Cut(long epoch, long session, long segment, int part, boolean last, boolean independent,
        long firstOffset, long lastOffset, long startTicks, long durationTicks, long programDateTimeMs, long arrivalUs,
        SegmentHead head, List<Sample> samples) implements LogRecord {

    /**
     * One frame of the part and when it plays.
     *
     * @param offsetDelta its packet's offset in {@code packets} minus {@link Cut#firstOffset}
     * @param kind audio or video
     * @param dts decoding time in the track's ticks (video 90 kHz, audio its sample rate) on the time line of
     *     {@link Cut#startTicks}
     * @param compositionTicks presentation minus decoding time, the track's ticks
     * @param duration the track's ticks
     * @param keyframe independently decodable
     */
    public record Sample(int offsetDelta, Packet.Kind kind, long dts, int compositionTicks, int duration,
            boolean keyframe) {}

    /**
     * What holds for a whole segment, so that a reader may start at any segment and needs nothing older.
     *
     * @param rules of the epoch
     * @param targetDurationS EXT-X-TARGETDURATION, fixed once an epoch, seconds
     * @param independent whether the segment starts with a keyframe
     * @param discontinuous whether EXT-X-DISCONTINUITY stands before it
     * @param discontinuity how many discontinuities the epoch had up to and including this segment
     * @param videoConfig the video track's codec configuration record, or null without video
     * @param audioConfig the audio track's, or null without audio
     * @param videoCodec name of {@code media.codec.Codec}, or null without video
     * @param audioCodec likewise
     * @param originMs the RTMP timestamp, unwrapped, that is time 0 of the time line
     * @param timestampOffsetMs what the session fold adds to RTMP timestamps for the epoch's FLV time line here
     * @param state the segmenter's own state at the segment's start, opaque to others
     */
    public record SegmentHead(EpochRules rules, int targetDurationS, boolean independent, boolean discontinuous,
            long discontinuity, ByteBuffer videoConfig, ByteBuffer audioConfig, String videoCodec, String audioCodec,
            long originMs, long timestampOffsetMs, ByteBuffer state) {}
}
