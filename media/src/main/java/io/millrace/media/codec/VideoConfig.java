package io.millrace.media.codec;

/** The configuration of a video track. Immutable. */
public sealed interface VideoConfig extends CodecConfig permits AvcConfig, HevcConfig, Av1Config, Vp9Config {
    /** Returns the width of the displayed picture in luma samples; 0 if the record does not contain it. */
    int width();

    /** Returns the height of the displayed picture in luma samples; 0 if the record does not contain it. */
    int height();

    /** Returns the frame rate; unknown if the record does not contain it. Advisory only. */
    default FrameRate frameRate() {
        return FrameRate.UNKNOWN;
    }
}
