package io.millrace.media.codec;

/**
 * The size of a cropped picture and how it is displayed, from a sequence parameter set. Immutable.
 *
 * @param width in luma samples
 * @param height in luma samples
 * @param frameRate according to the VUI timing, unknown without one; advisory only
 * @param aspect according to the VUI, square without one
 * @param color according to the VUI, unspecified without one
 */
public record PictureFormat(int width, int height, FrameRate frameRate, PixelAspect aspect, Color color) {
    /** Without a VUI, or with one that only has the frame rate. */
    PictureFormat(int width, int height, FrameRate frameRate) {
        this(width, height, frameRate, PixelAspect.SQUARE, Color.UNSPECIFIED);
    }
}
