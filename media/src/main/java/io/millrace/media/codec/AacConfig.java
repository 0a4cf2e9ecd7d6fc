package io.millrace.media.codec;

import java.nio.ByteBuffer;

/**
 * AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1).
 *
 * @param record the record's bytes, read-only
 * @param objectType audio object type as signalled first: 2 LC, 5 HE, 29 HE v2
 * @param coreSampleRate samples a second of the core codec: what ADTS says
 * @param sampleRate samples a second of the output (twice the core's with SBR)
 * @param channels channels of the core by its channel configuration, 0 if a program config element says
 * @param samplesPerFrame core samples of an access unit: 1024 or 960
 */
public record AacConfig(ByteBuffer record, int objectType, int coreSampleRate, int sampleRate, int channels,
        int samplesPerFrame) implements CodecConfig {

    public static AacConfig parse(ByteBuffer record) {
        throw new UnsupportedOperationException("media.codec room");
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
