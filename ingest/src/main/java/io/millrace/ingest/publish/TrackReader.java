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
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.VideoTagBody;
import java.nio.ByteBuffer;

/**
 * Classifies the messages of one track of a publisher, by the track's configuration. Parses every frame as far as
 * readers of the log do, so that a frame that they cannot parse is not written.
 *
 * <p>Confined to one thread at a time.
 */
final class TrackReader {
    /** Kind of a message with respect to its track. */
    enum Outcome {
        KEYFRAME,
        /** A video frame that depends on others, or any audio frame. */
        FRAME,
        /** A frame that is flagged as a keyframe but is none: open GOP, intra refresh, or a false flag. */
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
    /** Null until it is known. */
    private Codec codec;

    TrackReader(MediaLimits limits) {
        this.limits = limits;
    }

    /** Returns the codec of the newest configuration or self-describing frame, null before the first. */
    Codec codec() {
        return codec;
    }

    /**
     * Reads the track's part of a video message.
     *
     * @param messageBytes size of the whole message
     * @throws io.millrace.media.bytes.MediaException if the bytes violate their standard or exceed a limit
     */
    Outcome video(VideoTagBody body, int messageBytes) {
        return switch (body) {
            // FFmpeg 8 sends an empty configuration first for AV1 of some encoders, and the complete one after the
            // first picture.
            case VideoTagBody.Config(_, ByteBuffer record) when !record.hasRemaining() -> Outcome.NO_MEDIA;
            case VideoTagBody.Config(Codec named, ByteBuffer record) -> {
                config = parsed(named, record, messageBytes);
                codec = named;
                yield Outcome.CONFIG;
            }
            case VideoTagBody.Frame frame when isEmpty(frame) -> Outcome.NO_MEDIA;
            case VideoTagBody.Frame frame when config == null || config.codec() != frame.codec() -> Outcome.NO_CONFIG;
            case VideoTagBody.Frame frame when isKey(frame.data()) -> Outcome.KEYFRAME;
            case VideoTagBody.Frame frame -> frame.flaggedKey() ? Outcome.FLAGGED_FRAME : Outcome.FRAME;
            case VideoTagBody.Metadata _ -> {
                limits.checkConfigBytes(messageBytes);
                yield Outcome.CONFIG;
            }
            case VideoTagBody.End _,VideoTagBody.Command _ -> Outcome.NO_MEDIA;
        };
    }

    /**
     * Parses and checks a configuration. A rejected one is not used: frames are read with the one that is in the log.
     */
    private CodecConfig parsed(Codec codec, ByteBuffer record, int messageBytes) {
        limits.checkConfigBytes(messageBytes);
        CodecConfig parsed = CodecConfig.parse(codec, record);
        limits.check(parsed);
        return parsed;
    }

    /** Returns whether a frame has no bytes, or only NAL units of length 0, which DJI drones send occasionally. */
    private static boolean isEmpty(VideoTagBody.Frame frame) {
        ByteBuffer data = frame.data();
        boolean hasUnits = frame.codec() == Codec.AVC || frame.codec() == Codec.HEVC;
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

    /**
     * Reads the track's part of an audio message.
     *
     * @param messageBytes size of the whole message
     * @throws io.millrace.media.bytes.MediaException if the bytes violate their standard or exceed a limit
     */
    Outcome audio(AudioTagBody body, int messageBytes) {
        return switch (body) {
            case AudioTagBody.Config(Codec named, _) when named.isSelfDescribing() -> {
                limits.checkConfigBytes(messageBytes);
                codec = named;
                yield Outcome.CONFIG;
            }
            case AudioTagBody.Config(Codec named, ByteBuffer record) -> {
                config = parsed(named, record, messageBytes);
                codec = named;
                yield Outcome.CONFIG;
            }
            case AudioTagBody.Frame(Codec named, ByteBuffer data) -> frame(named, data);
            case AudioTagBody.MultichannelConfig _ -> {
                limits.checkConfigBytes(messageBytes);
                yield Outcome.CONFIG;
            }
            case AudioTagBody.Silence() -> Outcome.NO_MEDIA;
        };
    }

    private Outcome frame(Codec named, ByteBuffer data) {
        if (named.isSelfDescribing()) {
            config = named.inBand(data).orElseThrow();
            codec = named;
        }
        if (config != null && config.codec() == named && config instanceof AudioConfig audio) {
            audio.frameSamples(data);
            return Outcome.FRAME;
        }
        return Outcome.NO_CONFIG;
    }
}
