package io.millrace.media.codec;

import java.nio.ByteBuffer;

/** The configuration of an audio track. Immutable. */
public sealed interface AudioConfig extends CodecConfig
        permits AacConfig, OpusConfig, FlacConfig, Mp3Config, Ac3Config, Eac3Config {
    /** Samples a second of the output. */
    int sampleRate();

    /** 0 if the record does not say. */
    int channels();

    /**
     * How long one frame lasts, in samples of {@link #sampleRate}.
     *
     * @param frame the access unit, borrowed
     * @throws io.millrace.media.bytes.MediaException a frame whose header says it and cannot be read
     */
    int frameSamples(ByteBuffer frame);
}
