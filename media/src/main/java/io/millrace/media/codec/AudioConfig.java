package io.millrace.media.codec;

import java.nio.ByteBuffer;

/** The configuration of an audio track. Immutable. */
public sealed interface AudioConfig extends CodecConfig
        permits AacConfig, OpusConfig, FlacConfig, Mp3Config, Ac3Config, Eac3Config {
    /** Returns the samples per second of the output. */
    int sampleRate();

    /** Returns the number of channels; 0 if the record does not contain it. */
    int channels();

    /**
     * Returns the duration of one frame in samples of {@link #sampleRate}.
     *
     * @param frame the access unit; not modified
     * @throws io.millrace.media.bytes.MediaException if the duration is in the frame's header and that cannot be parsed
     */
    int frameSamples(ByteBuffer frame);

    /** Returns the samples that a player discards at the start of a stream; 0 if the record does not contain it. */
    default int delaySamples() {
        return 0;
    }
}
