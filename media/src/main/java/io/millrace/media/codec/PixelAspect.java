package io.millrace.media.codec;

/** Shape of a pixel, width to height, as numbers of 16 bits. Immutable. */
public record PixelAspect(int width, int height) {
    public static final PixelAspect SQUARE = new PixelAspect(1, 1);

    /** Sample aspect ratios by aspect_ratio_idc, from 1 (ITU-T H.264 and H.265, table E-1). */
    private static final int[][] TABLE = {{1, 1}, {12, 11}, {10, 11}, {16, 11}, {40, 33}, {24, 11}, {20, 11}, {32, 11},
        {80, 33}, {18, 11}, {15, 11}, {64, 33}, {160, 99}, {4, 3}, {3, 2}, {2, 1}};

    /** Returns the aspect of an explicit ratio; square if a number is 0, which means unspecified. */
    static PixelAspect of(int width, int height) {
        return width == 0 || height == 0 || width == height ? SQUARE : new PixelAspect(width, height);
    }

    /** Returns the aspect of an index; square if it is unspecified (0) or reserved. */
    static PixelAspect ofIndex(int aspectRatioIdc) {
        return aspectRatioIdc < 1 || aspectRatioIdc > TABLE.length
                ? SQUARE
                : of(TABLE[aspectRatioIdc - 1][0], TABLE[aspectRatioIdc - 1][1]);
    }

    public boolean isSquare() {
        return width == height;
    }
}
