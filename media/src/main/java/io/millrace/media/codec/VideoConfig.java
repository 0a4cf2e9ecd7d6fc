package io.millrace.media.codec;

import java.nio.ByteBuffer;

/** The configuration of a video track. Immutable. */
public sealed interface VideoConfig extends CodecConfig permits NalConfig, Av1Config, Vp9Config {
    /** Returns the width of the displayed picture in luma samples; 0 if the record does not contain it. */
    int width();

    /** Returns the height of the displayed picture in luma samples; 0 if the record does not contain it. */
    int height();

    /** Returns the frame rate; unknown if the record does not contain it. Advisory only. */
    default FrameRate frameRate() {
        return FrameRate.UNKNOWN;
    }

    /** Returns the shape of a pixel; square if the record does not contain it. */
    default PixelAspect aspect() {
        return PixelAspect.SQUARE;
    }

    /** Returns the colours; unspecified if the record does not contain them. */
    default Color color() {
        return Color.UNSPECIFIED;
    }

    /** Returns the static HDR metadata in the record. */
    default StaticHdr hdr() {
        return StaticHdr.NONE;
    }

    /**
     * Returns whether a decoder can start at a frame, by its content and not by any flag.
     *
     * @param frame the access unit; not modified
     * @throws io.millrace.media.bytes.MediaException if it cannot be parsed
     */
    default boolean isRandomAccess(ByteBuffer frame) {
        return switch (this) {
            case AvcConfig avc -> NalUnits.containsIdr(frame, avc.nalLengthSize());
            case HevcConfig hevc -> HevcNal.containsIrap(frame, hevc.nalLengthSize());
            case Av1Config _ -> Av1TemporalUnit.isKey(frame);
            case Vp9Config _ -> Vp9Config.isKey(frame);
        };
    }

    /**
     * Returns the size of the displayed picture, from a key frame if the record does not contain it.
     *
     * @param keyFrame the access unit; not modified
     * @throws io.millrace.media.bytes.MediaException if the size is in the frame's header and that cannot be parsed
     */
    default PictureSize pictureSize(ByteBuffer keyFrame) {
        return new PictureSize(width(), height());
    }
}
