package io.millrace.media.flv;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.Codec;
import java.nio.ByteBuffer;

/**
 * One track of an FLV audio tag body, which is also the payload of an RTMP audio message (Adobe FLV 10.1, E.4.2;
 * Enhanced RTMP v2, "Enhanced Audio"). Legacy and enhanced headers are parsed to the same values.
 *
 * <p>Layout: {@code format:4 | rate:2 | size:1 | channels:1 | packet of the codec}, where the packet is {@code type:8 |
 * data} for AAC and a frame for MP3; or {@code 9:4 | packetType:4 |} followed by an {@link ExHeader}.
 *
 * <p>Immutable; buffers share the memory of the body.
 */
public sealed interface AudioTagBody {
    /** SoundFormat of MP3. */
    int MP3_FORMAT = 2;
    /** SoundFormat that marks an Enhanced RTMP header. */
    int EX_HEADER_FORMAT = 9;
    /** SoundFormat of AAC. */
    int AAC_FORMAT = 10;
    /** SoundFormat of MP3 at 8 kHz. */
    int MP3_8K_FORMAT = 14;

    /** A sequence header such as an AudioSpecificConfig; empty for codecs whose frames are self-describing. */
    record Config(Codec codec, ByteBuffer record) implements AudioTagBody {}

    /** An access unit; for AAC, a raw frame without ADTS header. */
    record Frame(Codec codec, ByteBuffer data) implements AudioTagBody {}

    /** Assignment of channels to loudspeakers: {@code order:8 | count:8 | mask:32 or one entry per channel}. */
    record MultichannelConfig(Codec codec, ByteBuffer layout) implements AudioTagBody {}

    /** A message without audio, which RTMP allows: an empty message, an empty access unit, or an end of sequence. */
    record Silence() implements AudioTagBody {}

    /**
     * Parses the main track of {@code body}. The position of {@code body} does not change.
     *
     * @throws io.millrace.media.bytes.MediaException if the body is malformed or its format is not supported
     */
    static AudioTagBody parse(ByteBuffer body) {
        return parseTracks(body).main().body();
    }

    /** Parses all tracks of {@code body}, as {@link #parse} does. */
    static TagTracks<AudioTagBody> parseTracks(ByteBuffer body) {
        return parseTracks(body, TagTracks.MAX_MOD_EX);
    }

    /**
     * Parses all tracks of {@code body}, as {@link #parse} does.
     *
     * @param modifiers maximum number of ModEx modifiers that the message may have, up to {@link TagTracks#MAX_MOD_EX}
     */
    static TagTracks<AudioTagBody> parseTracks(ByteBuffer body, int modifiers) {
        if (!body.hasRemaining()) {
            return TagTracks.of(new Silence());
        }
        var in = new ByteReader("AUDIODATA", body.duplicate());
        // Rate, size and channels in the first byte are meaningless for AAC; its AudioSpecificConfig defines them.
        int head = in.uint8("SoundFormat");
        return switch (head >>> 4) {
            case EX_HEADER_FORMAT -> AudioTagReader.enhanced(in, head & 0x0F, modifiers);
            case AAC_FORMAT -> TagTracks.of(AudioTagReader.aac(in));
            case MP3_FORMAT, MP3_8K_FORMAT -> TagTracks.of(AudioTagReader.frame(Codec.MP3, in));
            default -> throw new UnsupportedException("AUDIODATA", "SoundFormat", head >>> 4,
                    "2 and 14 (MP3), 9 (Enhanced RTMP), 10 (AAC)");
        };
    }
}
