package io.millrace.media.codec;

/** Size of a picture in luma samples. Immutable. */
public record PictureSize(int width, int height) {
    public static final PictureSize NONE = new PictureSize(0, 0);
}
