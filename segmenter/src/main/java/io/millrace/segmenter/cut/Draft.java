package io.millrace.segmenter.cut;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.Packet;

/** A frame whose times are known but which is in no cut yet. Its duration is final only when its successor arrives. */
final class Draft {
    final long offset;
    final Packet.Kind kind;
    final boolean keyframe;
    final boolean recoveryPoint;
    final int sizeBytes;
    final long arrivalUs;
    /** In ticks of the track. */
    final long dts;
    /** In ticks of the track. */
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

    /** Sets the duration so that the frame ends where the next frame of its track begins. */
    void endAt(long nextDts) {
        duration = Math.clamp(nextDts - dts, 0, Integer.MAX_VALUE);
    }

    Cut.Sample sample(long firstOffset) {
        return new Cut.Sample(Math.toIntExact(offset - firstOffset), kind, dts, compositionTicks, duration, keyframe);
    }

    void write(ByteWriter out) {
        out.int64(offset).uint8((isAudio() ? 1 : 0) | (keyframe ? 2 : 0) | (recoveryPoint ? 4 : 0)).uint32(sizeBytes)
                .int64(arrivalUs).int64(dts).uint32(compositionTicks).uint32(duration);
    }

    static Draft read(ByteReader in) {
        long offset = in.int64("offset");
        int flags = in.uint8("flags");
        return new Draft(offset, (flags & 1) != 0 ? Packet.Kind.AUDIO : Packet.Kind.VIDEO, (flags & 2) != 0,
                (flags & 4) != 0, in.int32("sizeBytes"), in.int64("arrivalUs"), in.int64("dts"),
                in.int32("compositionTicks"), in.int32("duration"));
    }
}
