package io.millrace.platform.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The decision that bounds one part. A cut and the packets that it names are all that a muxer needs: the bytes of a
 * part are a pure function of the segment's cuts up to and including the part's cut.
 *
 * @param id identity of the part in its stream
 * @param session session of the packets, the same in all cuts of a segment
 * @param last whether this is the last part of the segment
 * @param independent whether the part contains a keyframe (audio-only: always)
 * @param packets the packets that contain the samples
 * @param times the times of the part
 * @param head the properties of the whole segment; null except in part 0
 * @param cues as in {@link SegmentStart}, up to this part
 * @param samples the samples in log order; those of one packet in the order of their {@link TrackId}. Since version 7 of
 *        the rules, the samples of several parts may alternate in the log
 */
public record Cut(PartId id, long session, boolean last, boolean independent, PacketRange packets, PartTimes times,
        SegmentHead head, List<Cue> cues, List<Sample> samples) implements SegmentsRecord {
    /** Creates a cut without cues. */
    public Cut(PartId id, long session, boolean last, boolean independent, PacketRange packets, PartTimes times,
            SegmentHead head, List<Sample> samples) {
        this(id, session, last, independent, packets, times, head, List.of(), samples);
    }

    @Override
    public long epoch() {
        return id.epoch();
    }

    public Cut withHead(SegmentHead other) {
        return new Cut(id, session, last, independent, packets, times, other, cues, samples);
    }

    public Cut withCues(List<Cue> others) {
        return new Cut(id, session, last, independent, packets, times, head, List.copyOf(others), samples);
    }

    /**
     * A range of offsets in {@code packets}, both inclusive. Packets of other streams and parts may lie between the
     * ends, and the ranges of successive parts may overlap.
     *
     * @param firstOffset offset of the first sample's packet
     * @param lastOffset offset of the last sample's packet
     */
    public record PacketRange(long firstOffset, long lastOffset) {
        /** Returns the offset of the packet that contains {@code sample}. */
        public long offsetOf(Sample sample) {
            return firstOffset + sample.offsetDelta;
        }
    }

    /**
     * One frame of the part and its times.
     *
     * @param offsetDelta offset of the frame's packet, relative to {@link PacketRange#firstOffset}
     * @param kind audio or video
     * @param track number of the frame's track among the tracks of its kind; one packet may contain samples of several
     *     tracks
     * @param dts decoding time in ticks of the track (90 kHz for video, the sample rate for audio), on the timeline of
     *     {@link PartTimes#startTicks}
     * @param compositionTicks presentation time minus decoding time, in ticks of the track
     * @param duration duration in ticks of the track
     * @param keyframe whether the frame can be decoded independently
     */
    public record Sample(int offsetDelta, Packet.Kind kind, int track, long dts, int compositionTicks,
            int duration, boolean keyframe) {}

    /**
     * The properties of a whole segment, so that a reader can start at any segment without older records.
     *
     * @param rules rules of the epoch
     * @param start how the segment continues its epoch
     * @param tracks the tracks of the segment, the leading track first; only the default tracks before version 7 of
     *     the rules
     * @param originMs the unwrapped RTMP timestamp that corresponds to time 0 of the timeline
     * @param timestampOffsetMs offset that turns RTMP timestamps into times of the epoch's FLV timeline at this segment
     * @param state the state of the session fold after the packet of the leading track's first sample, opaque to others;
     *        empty if that sample is audio that waited for pictures until audio took the lead
     */
    public record SegmentHead(EpochRules rules, SegmentStart start, List<Track> tracks, long originMs,
            long timestampOffsetMs, ByteBuffer state) {

        /** Returns the default track of a kind, or empty if the segment has none. */
        public Optional<Track> track(Packet.Kind kind) {
            return tracks.stream().filter(track -> track.kind() == kind && track.id() == 0).findFirst();
        }

        public SegmentHead withTracks(List<Track> others) {
            return new SegmentHead(rules, start, others, originMs, timestampOffsetMs, state);
        }

        public SegmentHead withStart(SegmentStart other) {
            return new SegmentHead(rules, other, tracks, originMs, timestampOffsetMs, state);
        }

        /** Returns this head with an additional audio track. */
        public SegmentHead withSound(Track audio) {
            List<Track> all = new ArrayList<>(tracks);
            all.add(audio);
            return new SegmentHead(rules, start, List.copyOf(all), originMs, timestampOffsetMs, state);
        }
    }
}
