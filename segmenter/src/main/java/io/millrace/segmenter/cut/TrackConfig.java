package io.millrace.segmenter.cut;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.Mp3Config;
import io.millrace.media.codec.VideoConfig;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.Track;
import java.nio.ByteBuffer;

/** The codec configuration of a track as the cutter needs it. Immutable; equal if the bytes of the records are. */
record TrackConfig(CodecConfig config) {

    Codec codec() {
        return config.codec();
    }

    /** Returns the default track of this configuration. */
    Track track(Packet.Kind kind) {
        return new Track(0, kind, codec().name(), record());
    }

    ByteBuffer record() {
        return config.record();
    }

    String rfc6381() {
        return config.rfc6381();
    }

    /** For audio, the track's ticks per second; else 0. */
    int sampleRate() {
        return config instanceof AudioConfig audio ? audio.sampleRate() : 0;
    }

    /**
     * Returns the duration of {@code frame} in ticks of an audio track; 0 for video.
     *
     * @throws io.millrace.media.bytes.MediaException if the frame does not contain its duration
     */
    int frameSamples(ByteBuffer frame, EpochRules rules) {
        return switch (config) {
            case Mp3Config mp3 when !rules.countsMp3Frames() -> mp3.frameLength();
            case AudioConfig audio -> audio.frameSamples(frame);
            case VideoConfig _ -> 0;
        };
    }

    static void write(TrackConfig config, ByteWriter out) {
        out.uint8(config == null ? 0 : 1);
        if (config != null) {
            out.uint8(config.codec().ordinal()).uint32(config.record().remaining()).bytes(config.record());
        }
    }

    static TrackConfig read(ByteReader in) {
        if (in.uint8("config") == 0) {
            return null;
        }
        int codec = in.uint8("codec");
        if (codec >= Codec.values().length) {
            throw MalformedException.value("TrackConfig", "codec", codec, "a known codec");
        }
        ByteBuffer record = in.slice(in.int32("sizeBytes"), "record");
        return new TrackConfig(CodecConfig.parse(Codec.values()[codec], record));
    }
}
