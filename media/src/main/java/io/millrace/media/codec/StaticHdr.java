package io.millrace.media.codec;

import java.util.List;

/**
 * Static metadata of HDR video: the mastering display (SMPTE ST 2086) and the light level of the content (CTA-861.3).
 * Immutable.
 *
 * @param mastering null if unknown
 * @param light null if unknown
 */
public record StaticHdr(MasteringDisplay mastering, ContentLight light) {
    public static final StaticHdr NONE = new StaticHdr(null, null);

    /** Chromaticity in steps of 0.00002. */
    public record Chromaticity(int x, int y) {}

    /**
     * The mastering display.
     *
     * @param primaries green, blue, red, in the order of the SEI message and of {@code mdcv}
     * @param maxLuminance in steps of 0.0001 cd/m2; {@code minLuminance} likewise
     */
    public record MasteringDisplay(List<Chromaticity> primaries, Chromaticity whitePoint, long maxLuminance,
            long minLuminance) {}

    /** Light levels in cd/m2: of the brightest pixel, and of the frame with the highest average. */
    public record ContentLight(int maxContent, int maxFrameAverage) {}
}
