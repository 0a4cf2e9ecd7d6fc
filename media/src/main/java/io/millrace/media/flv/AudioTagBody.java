package io.millrace.media.flv;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.Codec;
import java.nio.ByteBuffer;

/**
 * The body of an FLV audio tag (Adobe FLV 10.1, E.4.2), which is the payload of an RTMP audio message.
 *
 * <p>Layout: {@code format:4 | rate:2 | size:1 | channels:1 | packet of the codec}, for AAC {@code type:8 | data}.
 *
 * <p>Immutable; buffers share the memory of the body.
 */
public sealed interface AudioTagBody {
    /** SoundFormat of AAC. */
    int AAC_FORMAT = 10;
    /** SoundFormat that marks an Enhanced RTMP header. */
    int EX_HEADER_FORMAT = 9;

    /** A sequence header: for AAC an AudioSpecificConfig. */
    record Config(Codec codec, ByteBuffer record) implements AudioTagBody {}

    /** An access unit: for AAC a raw frame without ADTS. */
    record Frame(Codec codec, ByteBuffer data) implements AudioTagBody {}

    /** A message without sound, legal in RTMP: of zero length, or an access unit of zero length. */
    record Silence() implements AudioTagBody {}

    /**
     * Parses what remains of {@code body}, and leaves its position alone.
     *
     * @throws io.millrace.media.bytes.MediaException malformed, or a format that we do not know
     */
    static AudioTagBody parse(ByteBuffer body) {
        if (!body.hasRemaining()) {
            return new Silence();
        }
        var in = new ByteReader("AUDIODATA", body.duplicate());
        // Rate, size and channels of the first byte say nothing for AAC; its AudioSpecificConfig does.
        int format = in.uint8("SoundFormat") >>> 4;
        if (format == EX_HEADER_FORMAT) {
            throw new UnsupportedException("AUDIODATA", "SoundFormat", "9 (Enhanced RTMP)", "10 (AAC)");
        }
        if (format != AAC_FORMAT) {
            throw new UnsupportedException("AUDIODATA", "SoundFormat", format, "10 (AAC)");
        }
        int packetType = in.uint8("AACPacketType");
        return switch (packetType) {
            case 0 -> new Config(Codec.AAC, in.rest());
            // Some encoders send an empty access unit in a pause.
            case 1 -> in.hasRemaining() ? new Frame(Codec.AAC, in.rest()) : new Silence();
            default -> throw new UnsupportedException("AUDIODATA", "AACPacketType", packetType, "0 or 1");
        };
    }
}
