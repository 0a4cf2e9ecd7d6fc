package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.TrackId;

/**
 * A frame whose times are known but that is in no {@link Cut} (the content of one part) yet. Its duration is final only
 * when the next frame of its track arrives.
 */
final class Draft {
    final long offset;
    final TrackId track;
    /** Whether decoding of the track can start here; true for audio. */
    final boolean keyframe;
    /** Whether decoding can start here although the frame is not independent (open GOP, intra refresh). */
    final boolean recoveryPoint;
    final int sizeBytes;
    /** Arrival of the packet at ingest, µs since 1970. */
    final long arrivalUs;
    /** In ticks of the track: samples for audio, 90 kHz for video. */
    final long dts;
    /** Presentation time minus decoding time, in ticks of the track. */
    final int compositionTicks;
    /** In ticks of the track. */
    int duration;

    Draft(Frame frame, long dts, int compositionTicks, int duration) {
        this(frame.offset(), frame.track(), frame.keyframe(), frame.recoveryPoint(), frame.sizeBytes(),
                frame.arrivalUs(), dts, compositionTicks, duration);
    }

    private Draft(long offset, TrackId track, boolean keyframe, boolean recoveryPoint, int sizeBytes, long arrivalUs,
            long dts, int compositionTicks, int duration) {
        this.offset = offset;
        this.track = track;
        this.keyframe = keyframe;
        this.recoveryPoint = recoveryPoint;
        this.sizeBytes = sizeBytes;
        this.arrivalUs = arrivalUs;
        this.dts = dts;
        this.compositionTicks = compositionTicks;
        this.duration = duration;
    }

    boolean isAudio() {
        return track.kind() == Packet.Kind.AUDIO;
    }

    /** Sets the duration so that the frame ends where the next frame of its track begins, at {@code nextDts}. */
    void endAt(long nextDts) {
        duration = Math.clamp(nextDts - dts, 0, Integer.MAX_VALUE);
    }

    /** Returns the frame as a sample of a cut whose first packet has {@code firstOffset}. */
    Cut.Sample sample(long firstOffset) {
        return new Cut.Sample(Math.toIntExact(offset - firstOffset), track.kind(), track.id(), dts,
                compositionTicks, duration, keyframe);
    }

    /** Writes the frame as part of a stream's state. */
    void write(Generic g) {
        g.put("offset", offset).put("audio", isAudio()).put("track", track.id()).put("keyframe", keyframe)
                .put("recoveryPoint", recoveryPoint)
                .put("sizeBytes", sizeBytes).put("arrivalUs", arrivalUs).put("dts", dts)
                .put("compositionTicks", compositionTicks).put("duration", duration);
    }

    static Draft read(Generic g) {
        return new Draft(g.int64("offset"), TrackLabel.readTrack(g, "track"), g.bool("keyframe"),
                g.bool("recoveryPoint"), g.int32("sizeBytes"), g.int64("arrivalUs"), g.int64("dts"),
                g.int32("compositionTicks"), g.int32("duration"));
    }
}
