package io.millrace.media.codec;

/** The configuration of a video track. Immutable. */
public sealed interface VideoConfig extends CodecConfig permits AvcConfig, HevcConfig, Av1Config, Vp9Config {
    /** Of the picture that is shown, in luma samples; 0 if the record does not say. */
    int width();

    /** Of the picture that is shown, in luma samples; 0 if the record does not say. */
    int height();

    /** Frames a second, 0 if the record does not say; advisory only. */
    default int frameRateNumerator() {
        return 0;
    }

    /** 1 if the numerator is 0. */
    default int frameRateDenominator() {
        return 1;
    }
}
