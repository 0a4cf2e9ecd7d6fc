package io.millrace.segmenter.cut;

import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.Track;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * PART-TARGET of an epoch (RFC 8216bis, 4.4.3.7): the longest part of any of its renditions. It is as short as it can be,
 * since no part may be shorter than 85 % of it. Audio is cut at the times of the leading track's parts, so that its
 * parts have whole frames, one of which may begin just before the part's end. Pure: stateless.
 */
final class PartTarget {
    private static final ByteBuffer ANY_FRAME = ByteBuffer.allocate(0);
    private static final int MP3_SAMPLES = 1_152;
    private static final int MP3_SAMPLES_BELOW_32_KHZ = 576;
    private static final int MP3_HALF_BELOW_HZ = 32_000;
    private static final int AC3_SAMPLES = 1_536;
    /** The longest frame that FLAC's encoders use at 44.1 and 48 kHz. */
    private static final int FLAC_SAMPLES = 4_608;
    /** Encoders of Opus use 20 ms by default; it counts 48,000 samples per second. */
    private static final int OPUS_SAMPLES = 960;

    private PartTarget() {}

    /**
     * Returns PART-TARGET, 90 kHz.
     *
     * @param partTicks longest duration of a part of the leading track, 90 kHz
     * @param tracks all tracks of the epoch, with their configurations
     */
    static long ticks(long partTicks, List<Track> tracks) {
        boolean hasVideo = tracks.stream().anyMatch(PartTarget::isDefaultVideo);
        return tracks.stream().filter(track -> track.kind() == Packet.Kind.AUDIO && (hasVideo || track.id() != 0))
                .mapToLong(track -> longest(partTicks, track)).reduce(partTicks, Math::max);
    }

    private static boolean isDefaultVideo(Track track) {
        return track.kind() == Packet.Kind.VIDEO && track.id() == 0;
    }

    /** Returns the duration of the frames that can begin within a part of this duration. */
    private static long longest(long partTicks, Track track) {
        if (!(CodecConfig.parse(Codec.valueOf(track.codec()),
                track.config().duplicate()) instanceof AudioConfig audio)) {
            return partTicks;
        }
        long rate = audio.sampleRate();
        long samples = samples(Codec.valueOf(track.codec()), audio);
        long frames = Math.ceilDiv(partTicks * rate, samples * Ticks.MPEG);
        return Math.ceilDiv(frames * samples * Ticks.MPEG, rate);
    }

    private static long samples(Codec codec, AudioConfig audio) {
        return switch (codec) {
            case AAC -> audio.frameSamples(ANY_FRAME);
            case MP3 -> audio.sampleRate() < MP3_HALF_BELOW_HZ ? MP3_SAMPLES_BELOW_32_KHZ : MP3_SAMPLES;
            case OPUS -> OPUS_SAMPLES;
            case AC3, EAC3 -> AC3_SAMPLES;
            case FLAC -> FLAC_SAMPLES;
            case AVC, HEVC, AV1, VP9 -> throw new IllegalArgumentException(codec + " is video");
        };
    }
}
