package io.millrace.media.mp4;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.AacConfig;
import io.millrace.media.codec.AvcConfig;
import io.millrace.media.codec.CodecConfig;
import java.nio.ByteBuffer;

/**
 * Finds the codec configuration in a sample description (ISO/IEC 14496-12, 8.5.2; 14496-14, 5.6; 14496-15, 5.4):
 * {@code avc1 > avcC}, {@code mp4a > esds}; QuickTime's versions of the sound description, {@code mp4a > wave > esds}.
 */
final class SampleEntry {
    private static final int VISUAL_BYTES = 78;
    private static final int AUDIO_BYTES = 28;
    private static final int ES_DESCRIPTOR = 3;
    private static final int DECODER_CONFIG_DESCRIPTOR = 4;
    private static final int DECODER_SPECIFIC_DESCRIPTOR = 5;

    private SampleEntry() {}

    static CodecConfig config(ByteBuffer stsd) {
        var in = Boxes.fullBox("stsd", stsd);
        long count = in.uint32("entry_count");
        if (count != 1) {
            throw new UnsupportedException("stsd", "entry_count", count, "1 (one configuration for a whole track)");
        }
        var entries = new Boxes(in.rest());
        if (!entries.next()) {
            throw MalformedException.truncated("stsd", "SampleEntry", BoxHeader.MIN_BYTES, 0);
        }
        return switch (entries.type()) {
            case "avc1", "avc3" -> AvcConfig.parse(Boxes.need(avcChildren(entries.payload()), "avc1", "avcC"));
            case "mp4a" -> AacConfig.parse(audioSpecificConfig(mp4aChildren(entries.payload())));
            default -> throw new UnsupportedException("stsd", "codec", "'" + entries.type() + "'",
                    "avc1 (H.264), mp4a (AAC)");
        };
    }

    private static ByteBuffer avcChildren(ByteBuffer entry) {
        var in = new ByteReader("avc1", entry);
        in.skip(VISUAL_BYTES, "VisualSampleEntry");
        return in.rest();
    }

    private static ByteBuffer mp4aChildren(ByteBuffer entry) {
        var in = new ByteReader("mp4a", entry);
        in.skip(8, "data_reference_index");
        int version = in.uint16("version");
        in.skip(AUDIO_BYTES - 10, "AudioSampleEntry");
        in.skip(switch (version) {
            case 0 -> 0;
            case 1 -> 16;
            case 2 -> 36;
            default -> throw new UnsupportedException("mp4a", "version", version, "0 to 2");
        }, "SoundDescription");
        ByteBuffer children = in.rest();
        return Boxes.find(children, "wave").orElse(children);
    }

    /** ISO/IEC 14496-1, 7.2.6.5 and 7.2.6.6. */
    private static ByteBuffer audioSpecificConfig(ByteBuffer children) {
        ByteReader in = Boxes.fullBox("esds", Boxes.need(children, "mp4a", "esds"));
        in = descriptor(in, ES_DESCRIPTOR);
        in.skip(2, "ES_ID");
        int flags = in.uint8("streamDependenceFlag");
        in.skip((flags & 0x80) != 0 ? 2 : 0, "dependsOn_ES_ID");
        in.skip((flags & 0x40) != 0 ? in.uint8("URLlength") : 0, "URLstring");
        in.skip((flags & 0x20) != 0 ? 2 : 0, "OCR_ES_Id");
        in = descriptor(in, DECODER_CONFIG_DESCRIPTOR);
        int objectType = in.uint8("objectTypeIndication");
        in.skip(12, "streamType");
        return switch (objectType) {
            case 0x40, 0x66, 0x67, 0x68 -> descriptor(in, DECODER_SPECIFIC_DESCRIPTOR).rest();
            default -> throw new UnsupportedException("esds", "objectTypeIndication",
                    "%02x".formatted(objectType), "40, 66 to 68 (AAC)");
        };
    }

    /** Steps into the first descriptor with {@code tag}; others in front of it are skipped. */
    private static ByteReader descriptor(ByteReader in, int tag) {
        while (true) {
            int seen = in.uint8("tag");
            int size = 0;
            int digit;
            int digits = 0;
            do {
                digit = in.uint8("sizeOfInstance");
                size = size << 7 | digit & 0x7F;
            } while ((digit & 0x80) != 0 && ++digits < 4);
            ByteBuffer content = in.slice(size, "descriptor");
            if (seen == tag) {
                return new ByteReader("esds", content);
            }
        }
    }
}
