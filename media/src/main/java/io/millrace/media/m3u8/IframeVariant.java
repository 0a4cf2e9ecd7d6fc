package io.millrace.media.m3u8;

import java.util.List;

/**
 * One EXT-X-I-FRAME-STREAM-INF (RFC 8216, 4.3.4.3): a playlist of the keyframes of a video track.
 *
 * <p>Immutable.
 *
 * @param uri URI of the media playlist, relative or absolute
 * @param bandwidth peak bitrate, bits per second: the largest quotient of a keyframe's size and the time to the next one
 * @param averageBandwidth average bitrate, bits per second; 0 if unknown
 * @param codecs RFC 6381 strings of the video
 * @param width pixels, 0 if unknown
 * @param height pixels, 0 if unknown
 * @param videoRange VIDEO-RANGE; null to omit it, which means SDR
 */
public record IframeVariant(String uri, long bandwidth, long averageBandwidth, List<String> codecs, int width,
        int height, Variant.VideoRange videoRange) {
    public IframeVariant {
        PlaylistLines.requireUri(uri);
        codecs = List.copyOf(codecs);
        if (bandwidth < 1 || averageBandwidth < 0 || width < 0 || height < 0) {
            throw new IllegalArgumentException("out of range: bandwidth " + bandwidth + ", average "
                    + averageBandwidth + ", " + width + "x" + height);
        }
    }
}
