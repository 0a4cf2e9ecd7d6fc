package io.millrace.media.flv;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.Codec;
import java.nio.ByteBuffer;

/**
 * What an FLV audio tag says of one track (Adobe FLV 10.1, E.4.2; Enhanced RTMP v2, "Enhanced Audio"): the payload of an
 * RTMP audio message. Legacy and enhanced headers give the same values.
 *
 * <p>Layout: {@code format:4 | rate:2 | size:1 | channels:1 | packet of the codec}, for AAC {@code type:8 | data}, for MP3 a
 * frame; or {@code 9:4 | packetType:4 |} an {@link ExHeader}.
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

    /** A sequence header, such as an AudioSpecificConfig; empty for codecs whose frames describe themselves. */
    record Config(Codec codec, ByteBuffer record) implements AudioTagBody {}

    /** An access unit: for AAC a raw frame without ADTS. */
    record Frame(Codec codec, ByteBuffer data) implements AudioTagBody {}

    /** Which loudspeaker a channel is for: {@code order:8 | count:8 | mask:32 or an entry a channel}. */
    record MultichannelConfig(Codec codec, ByteBuffer layout) implements AudioTagBody {}

    /** A message without sound, legal in RTMP: of zero length, an access unit of zero length, or an end of sequence. */
    record Silence() implements AudioTagBody {}

    /**
     * What remains of {@code body} says of its main track; leaves its position alone.
     *
     * @throws io.millrace.media.bytes.MediaException malformed, or a format that we do not know
     */
    static AudioTagBody parse(ByteBuffer body) {
        return parseTracks(body).main().body();
    }

    /** The same, of each of its tracks. */
    static TagTracks<AudioTagBody> parseTracks(ByteBuffer body) {
        return parseTracks(body, TagTracks.MAX_MOD_EX);
    }

    /** The same of a message that may have so many {@code modifiers} (ModEx), up to {@link TagTracks#MAX_MOD_EX}. */
    static TagTracks<AudioTagBody> parseTracks(ByteBuffer body, int modifiers) {
        if (!body.hasRemaining()) {
            return TagTracks.of(new Silence());
        }
        var in = new ByteReader("AUDIODATA", body.duplicate());
        // Rate, size and channels of the first byte say nothing for AAC; its AudioSpecificConfig does.
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
