package io.millrace.media.codec;

/** The configuration of a video track. Immutable. */
public sealed interface VideoConfig extends CodecConfig permits AvcConfig, HevcConfig, Av1Config, Vp9Config {
    /** Returns the width of the displayed picture in luma samples; 0 if the record does not contain it. */
    int width();

    /** Returns the height of the displayed picture in luma samples; 0 if the record does not contain it. */
    int height();

    /** Returns the numerator of the frames per second; 0 if the record does not contain them. Advisory only. */
    default int frameRateNumerator() {
        return 0;
    }

    /** Returns the denominator of the frames per second; 1 if the numerator is 0. */
    default int frameRateDenominator() {
        return 1;
    }
}
