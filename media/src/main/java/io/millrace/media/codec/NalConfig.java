package io.millrace.media.codec;

/** The configuration of a video track of NAL units, whose record contains a sequence parameter set. Immutable. */
public sealed interface NalConfig extends VideoConfig permits AvcConfig, HevcConfig {
    /** Returns the size of a NAL unit's length prefix in bytes: 1, 2 or 4. */
    int nalLengthSize();

    /** Returns the size of the picture and how it is displayed, from the first SPS. */
    PictureFormat picture();

    @Override
    default int width() {
        return picture().width();
    }

    @Override
    default int height() {
        return picture().height();
    }

    @Override
    default FrameRate frameRate() {
        return picture().frameRate();
    }

    @Override
    default PixelAspect aspect() {
        return picture().aspect();
    }

    @Override
    default Color color() {
        return picture().color();
    }
}
