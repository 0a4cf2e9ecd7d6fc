package io.millrace.platform.log;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * The decision that bounds one part. A cut and the packets that it names are all that a muxer needs; a part is a pure
 * function of its segment's cuts up to and including its own. Identity: stream, epoch, segment, part.
 *
 * @param epoch number of the epoch's first session
 * @param session session of the packets, the same in all cuts of a segment
 * @param segment media sequence number, from 0 in an epoch
 * @param part number in the segment, from 0
 * @param last whether this is the last part of the segment
 * @param independent whether the part contains a keyframe (audio-only: always)
 * @param firstOffset offset in {@code packets} of the first sample
 * @param lastOffset offset in {@code packets} of the last sample
 * @param startTicks presentation time of the first sample of the leading track, 90 kHz, on the epoch-wide timeline of
 *     the current discontinuity
 * @param durationTicks duration, 90 kHz; the durations of a segment's parts add up to the segment's
 * @param programDateTimeMs wall clock of the start (session clock plus media time), ms since 1970
 * @param arrivalUs ingest stamp of the newest packet in the part, µs since 1970
 * @param head the properties of the whole segment; null except in part 0
 * @param samples the samples in log order
 */
public record Cut(long epoch, long session, long segment, int part, boolean last, boolean independent,
        long firstOffset, long lastOffset, long startTicks, long durationTicks, long programDateTimeMs, long arrivalUs,
        SegmentHead head, List<Sample> samples) implements SegmentsRecord {

    /** Returns this cut with an audio track in its head. */
    public Cut withSound(String codec, ByteBuffer config) {
        return new Cut(epoch, session, segment, part, last, independent, firstOffset, lastOffset, startTicks,
                durationTicks, programDateTimeMs, arrivalUs, head.withSound(codec, config), samples);
    }

    /**
     * One frame of the part and its times.
     *
     * @param offsetDelta offset of its packet in {@code packets} minus {@link Cut#firstOffset}
     * @param kind audio or video
     * @param dts decoding time in ticks of the track (video 90 kHz, audio its sample rate), on the timeline of
     *     {@link Cut#startTicks}
     * @param compositionTicks presentation time minus decoding time, in ticks of the track
     * @param duration duration in ticks of the track
     * @param keyframe whether the frame can be decoded independently
     */
    public record Sample(int offsetDelta, Packet.Kind kind, long dts, int compositionTicks, int duration,
            boolean keyframe) {}

    /**
     * The properties of a whole segment, so that a reader can start at any segment without older records.
     *
     * @param rules rules of the epoch
     * @param targetDurationS EXT-X-TARGETDURATION in seconds, determined once per epoch
     * @param independent whether the segment starts with a keyframe
     * @param discontinuous whether EXT-X-DISCONTINUITY precedes the segment
     * @param discontinuity number of discontinuities in the epoch up to and including this segment
     * @param videoConfig codec configuration record of the video track, null without video
     * @param audioConfig codec configuration record of the audio track, null without audio
     * @param videoCodec name of a {@code media.codec.Codec}, null without video
     * @param audioCodec name of a {@code media.codec.Codec}, null without audio
     * @param originMs the unwrapped RTMP timestamp that corresponds to time 0 of the timeline
     * @param timestampOffsetMs offset that turns RTMP timestamps into times of the epoch's FLV timeline at this segment
     * @param state the segmenter's state at the start of the segment, opaque to others
     */
    public record SegmentHead(EpochRules rules, int targetDurationS, boolean independent, boolean discontinuous,
            long discontinuity, ByteBuffer videoConfig, ByteBuffer audioConfig, String videoCodec, String audioCodec,
            long originMs, long timestampOffsetMs, ByteBuffer state) {
        private SegmentHead withSound(String codec, ByteBuffer config) {
            return new SegmentHead(rules, targetDurationS, independent, discontinuous, discontinuity, videoConfig,
                    config,
                    videoCodec, codec, originMs, timestampOffsetMs, state);
        }
    }
}
