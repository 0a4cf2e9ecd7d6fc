package io.millrace.segmenter.cut;

import java.util.Locale;

/** Codes of the warnings in the directory. A session has at most one of each. */
public enum StreamWarning {
    /** Keyframes are further apart than the segment target. */
    LONG_GOP,
    /** There was no keyframe for so long that a segment begins without one, or that no segment can begin. */
    NO_KEYFRAME,
    /** The keyframe flags contradict the content of the frames. */
    KEYFRAME_FLAGS,
    /** Timestamps restarted in the middle of a session. */
    TIMESTAMP_JUMP,
    /** Audio and video are more than a second apart. */
    TRACK_SKEW,
    /** The bitrate is far above or below the one in the metadata. */
    DECLARED_BITRATE,
    /** The codec of a track cannot be cut. */
    UNSUPPORTED_TRACK,
    /** No HLS format carries the codec of a track, so HLS omits the track. */
    CODEC_NOT_IN_HLS,
    /** There is more than one track of a kind. Players receive the default one. */
    MULTITRACK,
    /** The session could not be cut, because of a bug in Millrace or in the encoder. */
    QUARANTINED,
    /** The previous epoch ended because its tracks were others than those of this session. */
    TRACK_SET_CHANGED,
    /** Frames of one track arrive, and none of the other one. */
    TRACK_SILENT;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether the warning recurs while its cause lasts, so that its absence means that the cause is gone. */
    boolean ends() {
        return switch (this) {
            case LONG_GOP, NO_KEYFRAME, KEYFRAME_FLAGS, TIMESTAMP_JUMP, TRACK_SKEW, DECLARED_BITRATE, CODEC_NOT_IN_HLS,
                    MULTITRACK, TRACK_SET_CHANGED, TRACK_SILENT ->
                true;
            case UNSUPPORTED_TRACK, QUARANTINED -> false;
        };
    }
}
