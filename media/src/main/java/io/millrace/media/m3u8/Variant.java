package io.millrace.media.m3u8;

import java.util.List;

/**
 * One EXT-X-STREAM-INF with its URI (RFC 8216, 4.3.4.2). CLOSED-CAPTIONS=NONE stands on every one: captions travel in
 * the video and are not announced.
 *
 * <p>Immutable.
 *
 * @param uri of the media playlist, relative or absolute
 * @param bandwidth peak, bits a second
 * @param averageBandwidth bits a second, 0 if unknown
 * @param codecs RFC 6381 strings of every track
 * @param width pixels, 0 without video
 * @param height pixels, 0 without video
 * @param frameRateMilliHz frames in 1000 s, 0 if unknown
 */
public record Variant(String uri, long bandwidth, long averageBandwidth, List<String> codecs, int width, int height,
        int frameRateMilliHz) {
    public Variant {
        PlaylistLines.requireUri(uri);
        codecs = List.copyOf(codecs);
        if (bandwidth < 1 || averageBandwidth < 0 || width < 0 || height < 0 || frameRateMilliHz < 0) {
            throw new IllegalArgumentException("out of range: bandwidth " + bandwidth + ", average "
                    + averageBandwidth + ", " + width + "x" + height + ", frame rate " + frameRateMilliHz);
        }
    }

    /** {@code numerator / denominator} frames a second for {@link #frameRateMilliHz}; 0 stays 0. */
    public static int milliHz(int numerator, int denominator) {
        return Math.toIntExact((numerator * 1000L + denominator / 2) / denominator);
    }
}
