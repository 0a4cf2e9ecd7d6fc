package io.millrace.media.remux;

import io.millrace.media.codec.Codec;
import java.nio.ByteBuffer;

/**
 * The media of one track in a message, audio or video, regardless of the format of the message's body.
 *
 * <p>Immutable; buffers share the memory of the body.
 */
public sealed interface TrackMedia {
    /** Number of the track among those of its kind; 0 is the default track, the only one without multitrack. */
    int track();

    /**
     * An access unit: what a decoder takes at once.
     *
     * @param decodingMs decoding time on the timeline of the message, 64 bits; without the nanoseconds of Enhanced
     *     RTMP, which no output uses
     * @param compositionMs presentation time minus decoding time, may be negative; 0 for audio
     * @param flaggedKey whether the encoder claims that decoding can start here, regardless of the media; always for
     *     audio
     * @param data AVC, HEVC: NAL units with length prefixes; AAC: a raw frame; otherwise as in the codec's MP4 mapping.
     *     May be empty for video. MP3, AC-3 and E-AC-3 may have several frames in one unit
     */
    record AccessUnit(int track, Codec codec, long decodingMs, int compositionMs, boolean flaggedKey,
            ByteBuffer data) implements TrackMedia {
        /** Presentation time on the timeline of the message. */
        public long presentationMs() {
            return decodingMs + compositionMs;
        }
    }

    /**
     * A sequence header.
     *
     * @param record codec configuration record, which {@link io.millrace.media.codec.CodecConfig#parse} reads; empty
     *     for some codecs whose access units are self-describing
     */
    record Configuration(int track, Codec codec, ByteBuffer record) implements TrackMedia {}

    /** How the access units that follow are to be presented: colours (HDR), or a loudspeaker layout. */
    record Presentation(int track, Codec codec, ByteBuffer description) implements TrackMedia {}

    /** No media: an end of sequence, a command, silence, or an empty message. */
    record None(int track) implements TrackMedia {}
}
