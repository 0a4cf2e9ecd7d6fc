package io.millrace.segmenter.cut;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.codec.AacConfig;
import io.millrace.media.codec.AvcConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import java.nio.ByteBuffer;

/**
 * A track's configuration as the cutter needs it. Immutable; equal if the records' bytes are.
 *
 * @param sampleRate audio: the track's ticks a second; else 0
 * @param frameSamples audio: ticks that a frame lasts; else 0
 */
record TrackConfig(Codec codec, ByteBuffer record, String rfc6381, int sampleRate, int frameSamples) {

    static TrackConfig of(CodecConfig config) {
        return switch (config) {
            case AvcConfig avc -> new TrackConfig(Codec.AVC, avc.record(), avc.rfc6381(), 0, 0);
            // With SBR the output has twice the samples of the core, at twice the rate.
            case AacConfig aac -> new TrackConfig(Codec.AAC, aac.record(), aac.rfc6381(), aac.sampleRate(),
                    (int) ((long) aac.samplesPerFrame() * aac.sampleRate() / aac.coreSampleRate()));
        };
    }

    static void write(TrackConfig config, ByteWriter out) {
        out.uint8(config == null ? 0 : 1);
        if (config != null) {
            out.uint8(config.codec.ordinal()).uint32(config.record.remaining()).bytes(config.record.duplicate());
        }
    }

    static TrackConfig read(ByteReader in) {
        if (in.uint8("config") == 0) {
            return null;
        }
        int codec = in.uint8("codec");
        if (codec >= Codec.values().length) {
            throw MalformedException.value("TrackConfig", "codec", codec, "a codec of ours");
        }
        ByteBuffer record = in.slice(in.int32("sizeBytes"), "record");
        return of(CodecConfig.parse(Codec.values()[codec], record));
    }
}
