package io.millrace.segmenter.cut;

import java.util.Locale;

/** Codes of the warnings in the directory. A session has at most one warning with each code. */
public enum StreamWarning {
    /** Keyframes are further apart than the segment target. */
    LONG_GOP,
    /** No keyframe has arrived for so long that a segment begins without one, or that no segment can begin. */
    NO_KEYFRAME,
    /** The keyframe flags contradict the content of the frames. */
    KEYFRAME_FLAGS,
    /** Timestamps jumped in the middle of a session. */
    TIMESTAMP_JUMP,
    /** Audio and video are more than a second apart. */
    TRACK_SKEW,
    /** The bitrate is far above or below the bitrate in the metadata. */
    DECLARED_BITRATE,
    /** The codec of a track cannot be cut. */
    UNSUPPORTED_TRACK,
    /** No HLS format carries the codec of a track, so HLS omits the track. */
    CODEC_NOT_IN_HLS,
    /** There is more than one video or audio track, and the epoch's rules are older than version 7. */
    MULTITRACK,
    /** A further track is in the log but no longer in the cuts. */
    TRACK_LEFT,
    /** The session could not be cut, because of a bug in Millrace or in the encoder. */
    QUARANTINED,
    /** The previous epoch ended because this session has other tracks. */
    TRACK_SET_CHANGED,
    /** Frames of one track arrive, but none of the other track. */
    TRACK_SILENT;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns whether the warning recurs while its cause lasts, so that its absence means that the cause is gone. */
    boolean ends() {
        return switch (this) {
            case LONG_GOP, NO_KEYFRAME, KEYFRAME_FLAGS, TIMESTAMP_JUMP, TRACK_SKEW, DECLARED_BITRATE, CODEC_NOT_IN_HLS,
                    MULTITRACK, TRACK_LEFT, TRACK_SET_CHANGED, TRACK_SILENT ->
                true;
            case UNSUPPORTED_TRACK, QUARANTINED -> false;
        };
    }
}
