package io.millrace.segmenter.cut;

import java.util.Locale;

/** What may be wrong with a session: the codes of the directory's warnings, once a session each. */
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
}
