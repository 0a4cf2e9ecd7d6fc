package io.millrace.media.m3u8;

import java.util.List;

/**
 * One EXT-X-STREAM-INF with its URI (RFC 8216, 4.3.4.2). It is written with CLOSED-CAPTIONS=NONE if no variant of the
 * playlist has a group of captions.
 *
 * <p>Immutable.
 *
 * @param uri URI of the media playlist, relative or absolute
 * @param bandwidth peak bitrate, bits per second
 * @param averageBandwidth average bitrate, bits per second; 0 if unknown
 * @param codecs RFC 6381 strings of all tracks
 * @param width pixels, 0 without video
 * @param height pixels, 0 without video
 * @param frameRateMilliHz frames per 1000 s, 0 if unknown
 * @param videoRange VIDEO-RANGE; null to omit it, which means SDR
 * @param audioGroup GROUP-ID of the {@link AudioRendition}s to choose from; null if the variant contains its audio
 * @param captionsGroup GROUP-ID of the {@link ClosedCaptions} in the video; null without captions
 */
public record Variant(String uri, long bandwidth, long averageBandwidth, List<String> codecs, int width, int height,
        int frameRateMilliHz, VideoRange videoRange, String audioGroup, String captionsGroup) {
    /** The dynamic range of video (VIDEO-RANGE). The names are those of the standard. */
    public enum VideoRange {
        /** Standard dynamic range. */
        SDR,
        /** Hybrid Log-Gamma. */
        HLG,
        /** Perceptual quantizer, SMPTE ST 2084. */
        PQ
    }

    /** Creates a variant without captions. */
    public Variant(String uri, long bandwidth, long averageBandwidth, List<String> codecs, int width, int height,
            int frameRateMilliHz, VideoRange videoRange, String audioGroup) {
        this(uri, bandwidth, averageBandwidth, codecs, width, height, frameRateMilliHz, videoRange, audioGroup, null);
    }

    /** Creates a variant that contains its audio and has the standard dynamic range. */
    public Variant(String uri, long bandwidth, long averageBandwidth, List<String> codecs, int width, int height,
            int frameRateMilliHz) {
        this(uri, bandwidth, averageBandwidth, codecs, width, height, frameRateMilliHz, null, null);
    }

    public Variant {
        PlaylistLines.requireUri(uri);
        codecs = List.copyOf(codecs);
        if (bandwidth < 1 || averageBandwidth < 0 || width < 0 || height < 0 || frameRateMilliHz < 0) {
            throw new IllegalArgumentException("out of range: bandwidth " + bandwidth + ", average "
                    + averageBandwidth + ", " + width + "x" + height + ", frame rate " + frameRateMilliHz);
        }
    }
}
