package io.millrace.media.codec;

/**
 * The size of a cropped picture and the frame rate, from a sequence parameter set. Immutable.
 *
 * @param width in luma samples
 * @param height in luma samples
 * @param frameRate according to the VUI timing, unknown without one; advisory only
 */
public record PictureFormat(int width, int height, FrameRate frameRate) {}
