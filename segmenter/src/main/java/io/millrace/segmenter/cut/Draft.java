package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RecordSchema.Generic;

/**
 * A frame whose times are known but that is in no {@link Cut} (the content of one part) yet. Its duration is final only
 * when the next frame of its track arrives.
 */
final class Draft {
    /** Only the default tracks are cut. */
    private static final int DEFAULT_TRACK = 0;

    final long offset;
    final Packet.Kind kind;
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

    Draft(long offset, Packet packet, long dts, int compositionTicks, int duration) {
        this(offset, packet.kind(), packet.kind() == Packet.Kind.AUDIO || packet.isKeyframe(), packet.isRecoveryPoint(),
                packet.body().remaining(), packet.arrivalUs(), dts, compositionTicks, duration);
    }

    private Draft(long offset, Packet.Kind kind, boolean keyframe, boolean recoveryPoint, int sizeBytes, long arrivalUs,
            long dts, int compositionTicks, int duration) {
        this.offset = offset;
        this.kind = kind;
        this.keyframe = keyframe;
        this.recoveryPoint = recoveryPoint;
        this.sizeBytes = sizeBytes;
        this.arrivalUs = arrivalUs;
        this.dts = dts;
        this.compositionTicks = compositionTicks;
        this.duration = duration;
    }

    boolean isAudio() {
        return kind == Packet.Kind.AUDIO;
    }

    /** Sets the duration so that the frame ends where the next frame of its track begins, at {@code nextDts}. */
    void endAt(long nextDts) {
        duration = Math.clamp(nextDts - dts, 0, Integer.MAX_VALUE);
    }

    /** Returns the frame as a sample of a cut whose first packet has {@code firstOffset}. */
    Cut.Sample sample(long firstOffset) {
        return new Cut.Sample(Math.toIntExact(offset - firstOffset), kind, DEFAULT_TRACK, dts, compositionTicks,
                duration,
                keyframe);
    }

    /** Writes the frame as part of a stream's state. */
    void write(Generic g) {
        g.put("offset", offset).put("audio", isAudio()).put("keyframe", keyframe).put("recoveryPoint", recoveryPoint)
                .put("sizeBytes", sizeBytes).put("arrivalUs", arrivalUs).put("dts", dts)
                .put("compositionTicks", compositionTicks).put("duration", duration);
    }

    static Draft read(Generic g) {
        return new Draft(g.int64("offset"), g.bool("audio") ? Packet.Kind.AUDIO : Packet.Kind.VIDEO, g.bool("keyframe"),
                g.bool("recoveryPoint"), g.int32("sizeBytes"), g.int64("arrivalUs"), g.int64("dts"),
                g.int32("compositionTicks"), g.int32("duration"));
    }
}
