package io.millrace.media.flv;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.Codec;
import java.util.List;

/** Reads an audio tag after its first byte; {@link AudioTagBody} and {@link ExHeader} document the layouts. */
final class AudioTagReader {
    private static final String STRUCTURE = "AUDIODATA";

    static final int SEQUENCE_START = 0;
    static final int CODED_FRAMES = 1;
    static final int SEQUENCE_END = 2;
    static final int MULTICHANNEL_CONFIG = 4;
    private static final int MULTITRACK = 5;

    private AudioTagReader() {}

    static AudioTagBody aac(ByteReader in) {
        int packetType = in.uint8("AACPacketType");
        return switch (packetType) {
            case 0 -> new AudioTagBody.Config(Codec.AAC, in.rest());
            case 1 -> frame(Codec.AAC, in);
            default -> throw new UnsupportedException(STRUCTURE, "AACPacketType", packetType, "0 or 1");
        };
    }

    static TagTracks<AudioTagBody> enhanced(ByteReader in, int firstType, int modifiers) {
        ExHeader header = ExHeader.parse(in, ExHeader.modifiers(in, firstType, modifiers), MULTITRACK, false);
        List<TagTracks.Track<AudioTagBody>> tracks = header.tracks().stream()
                .map(t -> new TagTracks.Track<>(t.track(), body(header.packetType(), t))).toList();
        return new TagTracks<>(header.offsetNanos(), tracks);
    }

    private static AudioTagBody body(int packetType, ExHeader.TrackData track) {
        var in = new ByteReader(STRUCTURE, track.data().duplicate());
        return switch (packetType) {
            case SEQUENCE_START -> new AudioTagBody.Config(track.codec(), in.rest());
            case CODED_FRAMES -> frame(track.codec(), in);
            case SEQUENCE_END -> new AudioTagBody.Silence();
            case MULTICHANNEL_CONFIG -> new AudioTagBody.MultichannelConfig(track.codec(), in.rest());
            default -> throw new UnsupportedException(STRUCTURE, "AudioPacketType", packetType, "0 to 2, 4, 5, 7");
        };
    }

    /** Reads an access unit. Some encoders send empty ones during pauses. */
    static AudioTagBody frame(Codec codec, ByteReader in) {
        return in.hasRemaining() ? new AudioTagBody.Frame(codec, in.rest()) : new AudioTagBody.Silence();
    }
}
