package io.millrace.segmenter.cut;

import java.util.Locale;

/** What may be wrong with a session: the codes of the directory's warnings, one of each at most. */
public enum StreamWarning {
    /** Keyframes are further apart than the segments that are wanted. */
    LONG_GOP,
    /** No keyframe for so long that a segment begins without one, or that nothing can be shown. */
    NO_KEYFRAME,
    /** The flag of a keyframe and what is in the frame say different things. */
    KEYFRAME_FLAGS,
    /** Timestamps began anew in the middle of a session. */
    TIMESTAMP_JUMP,
    /** Audio and video are more than a second apart. */
    TRACK_SKEW,
    /** Far more or far less comes than the metadata said. */
    DECLARED_BITRATE,
    /** A track of a codec that we cannot cut. */
    UNSUPPORTED_TRACK,
    /** A track of a codec that no format of HLS has a place for: it is left out there. */
    CODEC_NOT_IN_HLS,
    /** More tracks than one of a kind: players get the default one. */
    MULTITRACK,
    /** The session could not be cut: a bug of ours or of the encoder. */
    QUARANTINED;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it is said again for as long as its cause lasts, so that silence means that the cause is gone. */
    boolean ends() {
        return switch (this) {
            case LONG_GOP, NO_KEYFRAME, KEYFRAME_FLAGS, TIMESTAMP_JUMP, TRACK_SKEW, DECLARED_BITRATE, CODEC_NOT_IN_HLS,
                    MULTITRACK ->
                true;
            case UNSUPPORTED_TRACK, QUARANTINED -> false;
        };
    }
}
