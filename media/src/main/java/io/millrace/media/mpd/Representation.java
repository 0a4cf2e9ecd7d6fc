package io.millrace.media.mpd;

/**
 * One encoding of the content of an adaptation set (ISO/IEC 23009-1, 5.3.5). Immutable.
 *
 * @param id unique in its period
 * @param bandwidth bits per second with which a player never runs out of data once it has buffered minBufferTime
 * @param codecs RFC 6381 string of its only track
 * @param media what the track contains
 * @param segments where its segments are
 */
public record Representation(String id, long bandwidth, String codecs, Media media, SegmentTemplate segments) {
    public Representation {
        if (bandwidth < 1 || id.isEmpty() || id.chars().anyMatch(c -> c <= ' ')) {
            throw new IllegalArgumentException("representation '" + id + "', bandwidth " + bandwidth);
        }
    }

    /** Attributes that depend on the kind of media. */
    public sealed interface Media {}

    /**
     * Attributes of video.
     *
     * @param width pixels, 0 if unknown
     * @param height pixels, 0 if unknown
     * @param frames numerator of the frame rate, 0 if unknown
     * @param perSeconds denominator of the frame rate
     * @param sarWidth horizontal part of the sample aspect ratio
     * @param sarHeight vertical part of the sample aspect ratio
     */
    public record Video(int width, int height, int frames, int perSeconds, int sarWidth,
            int sarHeight) implements Media {}

    /**
     * Attributes of audio.
     *
     * @param samplingRate Hz, 0 if unknown
     * @param channels 0 if unknown
     */
    public record Audio(int samplingRate, int channels) implements Media {}
}
