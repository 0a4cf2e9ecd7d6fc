package io.millrace.ingest.publish;

import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Av1TemporalUnit;
import io.millrace.media.codec.AvcConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.HevcConfig;
import io.millrace.media.codec.HevcNal;
import io.millrace.media.codec.NalUnits;
import io.millrace.media.codec.Vp9Config;
import io.millrace.media.remux.TrackMedia;
import java.nio.ByteBuffer;

/**
 * Classifies the messages of one track of a publisher by the track's configuration. Parses every frame as far as
 * readers of the log do, so that no frame is written that they cannot parse.
 *
 * <p>Confined to one thread at a time.
 */
final class TrackReader {
    /** Kind of a message with respect to its track. */
    enum Outcome {
        KEYFRAME,
        /** A video frame that depends on others, or any audio frame. */
        FRAME,
        /** A frame that is flagged as a keyframe but is not one: open GOP, intra refresh, or a false flag. */
        FLAGGED_FRAME,
        /** Configuration or metadata that is needed to decode or show the following frames. */
        CONFIG,
        /** A frame before the configuration that it needs. */
        NO_CONFIG,
        /** A message without media. */
        NO_MEDIA
    }

    private final MediaLimits limits;
    private CodecConfig config;
    /** Null until the codec is known. */
    private Codec codec;

    TrackReader(MediaLimits limits) {
        this.limits = limits;
    }

    /** Returns the codec of the newest configuration or self-describing frame, or null before the first. */
    Codec codec() {
        return codec;
    }

    /**
     * Reads the track's part of a message.
     *
     * @param messageBytes size of the whole message
     * @throws io.millrace.media.bytes.MediaException if the bytes violate their standard or exceed a limit
     */
    Outcome read(TrackMedia media, int messageBytes) {
        return switch (media) {
            // FFmpeg 8 sends an empty configuration first for AV1 of some encoders, and the complete one after the
            // first picture.
            case TrackMedia.Configuration(_, Codec named, ByteBuffer record) when named.isVideo()
                    && !record.hasRemaining() ->
                Outcome.NO_MEDIA;
            case TrackMedia.Configuration(_, Codec named, ByteBuffer record) -> {
                limits.checkConfigBytes(messageBytes);
                if (!named.isSelfDescribing()) {
                    config = parsed(named, record);
                }
                codec = named;
                yield Outcome.CONFIG;
            }
            case TrackMedia.Presentation _ -> {
                limits.checkConfigBytes(messageBytes);
                yield Outcome.CONFIG;
            }
            case TrackMedia.AccessUnit unit -> unit.codec().isVideo() ? picture(unit) : sound(unit);
            case TrackMedia.None _ -> Outcome.NO_MEDIA;
        };
    }

    private Outcome picture(TrackMedia.AccessUnit unit) {
        if (isEmpty(unit)) {
            return Outcome.NO_MEDIA;
        }
        if (config == null || config.codec() != unit.codec()) {
            return Outcome.NO_CONFIG;
        }
        if (isKey(unit.data())) {
            return Outcome.KEYFRAME;
        }
        return unit.flaggedKey() ? Outcome.FLAGGED_FRAME : Outcome.FRAME;
    }

    /**
     * Parses and checks a configuration. If it is rejected, the caller keeps the previous one, which is the one in the
     * log.
     */
    private CodecConfig parsed(Codec codec, ByteBuffer record) {
        CodecConfig parsed = CodecConfig.parse(codec, record);
        limits.check(parsed);
        return parsed;
    }

    /** Returns whether a frame has no bytes, or only NAL units of length 0, which DJI drones send occasionally. */
    private static boolean isEmpty(TrackMedia.AccessUnit unit) {
        ByteBuffer data = unit.data();
        boolean hasUnits = unit.codec() == Codec.AVC || unit.codec() == Codec.HEVC;
        int at = data.position();
        while (hasUnits && at < data.limit() && data.get(at) == 0) {
            at++;
        }
        return at == data.limit();
    }

    private boolean isKey(ByteBuffer frame) {
        int most = limits.frameUnits();
        return switch (config) {
            case AvcConfig avc -> NalUnits.containsIdr(frame, avc.nalLengthSize(), most);
            case HevcConfig hevc -> HevcNal.containsIrap(frame, hevc.nalLengthSize(), most);
            default -> config.codec() == Codec.AV1 ? Av1TemporalUnit.isKey(frame, most) : Vp9Config.isKey(frame);
        };
    }

    private Outcome sound(TrackMedia.AccessUnit unit) {
        Codec named = unit.codec();
        if (named.isSelfDescribing()) {
            config = named.inBand(unit.data()).orElseThrow();
            codec = named;
        }
        if (config != null && config.codec() == named && config instanceof AudioConfig audio) {
            audio.frameSamples(unit.data());
            return Outcome.FRAME;
        }
        return Outcome.NO_CONFIG;
    }
}
