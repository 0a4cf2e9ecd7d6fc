package io.millrace.segmenter.cut;

import io.millrace.media.remux.TrackMedia;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.TrackId;

/**
 * A frame of one track as it arrives, before its place on the line of timestamps is known. Immutable.
 *
 * @param offset offset of its packet, which may contain frames of other tracks
 * @param keyframe whether it can be decoded on its own; always for audio
 * @param sizeBytes size, or that of the whole body
 * @param arrivalUs arrival of the packet at ingest, µs since 1970
 * @param timestampMs decoding time as a packet timestamp
 * @param compositionMs presentation time minus decoding time
 */
record Frame(long offset, TrackId track, boolean keyframe, boolean recoveryPoint, int sizeBytes, long arrivalUs,
        long timestampMs, int compositionMs) {

    /** Returns the frame of the default track, which is the main one of {@code packet}. */
    static Frame of(long offset, Packet packet) {
        return new Frame(offset, new TrackId(packet.kind(), TrackId.DEFAULT),
                packet.kind() == Packet.Kind.AUDIO || packet.isKeyframe(), packet.isRecoveryPoint(),
                packet.body().remaining(), packet.arrivalUs(), packet.timestampMs(), packet.compositionTimeMs());
    }

    /** Returns the frame of another track in {@code packet}. */
    static Frame of(long offset, Packet packet, TrackMedia.AccessUnit unit, boolean keyframe) {
        return new Frame(offset, new TrackId(packet.kind(), unit.track()), keyframe, false, unit.data().remaining(),
                packet.arrivalUs(), unit.decodingMs(), unit.compositionMs());
    }
}
