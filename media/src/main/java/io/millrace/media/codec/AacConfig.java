package io.millrace.media.codec;

import java.nio.ByteBuffer;

/**
 * AAC configuration: AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1).
 *
 * <p>Layout: {@code objectType:5 (31: 32 + :6) | rateIndex:4 (15: rate:24) | channels:4 | for 5 and 29 the extension's
 * rate and the core's object type | GASpecificConfig | sync 2B7:11 and the extension}. Supported are the AAC core types
 * 1 to 4 (Main, LC, SSR, LTP), alone or below SBR (5) or SBR with PS (29), with either kind of signalling.
 *
 * <p>Immutable. Limit: {@link #MAX_RECORD_BYTES}.
 *
 * @param record the bytes of the record, read-only
 * @param objectType audio object type signalled first: 2 LC, 5 HE, 29 HE v2
 * @param coreSampleRate samples per second of the core codec, as used by ADTS
 * @param sampleRate samples per second of the output (twice the core's with SBR)
 * @param channels channels of the core according to channelConfiguration; 0 if a program config element defines them
 * @param samplesPerFrame core samples per access unit: 1024 or 960
 */
public record AacConfig(ByteBuffer record, int objectType, int coreSampleRate, int sampleRate, int channels,
        int samplesPerFrame) implements AudioConfig {

    public static AacConfig parse(ByteBuffer record) {
        ByteBuffer copy = CodecConfig.copy(AudioSpecificConfig.STRUCTURE, record);
        var config = AudioSpecificConfig.parse(copy.duplicate());
        return new AacConfig(copy, config.objectType(), config.coreSampleRate(), config.sampleRate(),
                config.channels(), config.samplesPerFrame());
    }

    @Override
    public ByteBuffer record() {
        return record.duplicate();
    }

    /** Returns the duration in output samples: with SBR twice the core samples, at twice the rate. */
    @Override
    public int frameSamples(ByteBuffer frame) {
        return (int) ((long) samplesPerFrame * sampleRate / coreSampleRate);
    }

    /** Returns the object type below SBR and PS, 1 to 4; ADTS stores this value minus one. */
    public int coreObjectType() {
        return AudioSpecificConfig.parse(record()).coreObjectType();
    }

    /** Returns channelConfiguration from the wire, 0 to 14, as used by ADTS (7 means 8 channels). */
    public int channelConfiguration() {
        return AudioSpecificConfig.parse(record()).channelConfiguration();
    }

    @Override
    public Codec codec() {
        return Codec.AAC;
    }

    @Override
    public String rfc6381() {
        return "mp4a.40." + objectType;
    }
}
