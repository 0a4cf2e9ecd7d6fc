package io.millrace.media.mp4;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.AacConfig;
import io.millrace.media.codec.Ac3Config;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Av1Config;
import io.millrace.media.codec.AvcConfig;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.Eac3Config;
import io.millrace.media.codec.FlacConfig;
import io.millrace.media.codec.HevcConfig;
import io.millrace.media.codec.Mp3Config;
import io.millrace.media.codec.OpusConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.codec.Vp9Config;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The codec configurations in a sample description (ISO/IEC 14496-12, 8.5.2; 14496-14, 5.6; 14496-15, 5.4):
 * {@code avc1 > avcC}, {@code mp4a > esds}; read are also QuickTime's versions of the sound description,
 * {@code mp4a > wave > esds}.
 */
final class SampleEntry {
    /** Configurations of one track. A file that changes them has two or three. */
    static final int MAX_ENTRIES = 1024;

    private static final int VISUAL_BYTES = 78;
    private static final int AUDIO_BYTES = 28;
    private static final int ES_DESCRIPTOR = 3;
    private static final int DECODER_CONFIG_DESCRIPTOR = 4;
    private static final int DECODER_SPECIFIC_DESCRIPTOR = 5;
    private static final int SL_CONFIG_DESCRIPTOR = 6;
    private static final int SIZE_DIGITS = 4;

    private SampleEntry() {}

    /** All of them, at least one; of one codec. */
    static List<CodecConfig> configs(ByteBuffer stsd) {
        var in = Boxes.fullBox("stsd", stsd);
        long count = in.uint32("entry_count");
        if (count == 0) {
            throw MalformedException.value("stsd", "entry_count", count, "1 or more");
        }
        if (count > MAX_ENTRIES) {
            throw new OverLimitException("stsd", "entry_count", count, MAX_ENTRIES);
        }
        var entries = new Boxes(in.rest());
        List<CodecConfig> configs = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            if (!entries.next()) {
                throw MalformedException.truncated("stsd", "SampleEntry", BoxHeader.MIN_BYTES, 0);
            }
            configs.add(config(entries));
        }
        if (configs.stream().anyMatch(config -> config.codec() != configs.getFirst().codec())) {
            throw new UnsupportedException("stsd", "codec", "of several kinds", "one codec a track");
        }
        return List.copyOf(configs);
    }

    private static CodecConfig config(Boxes entries) {
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

    /** What the picture is to be shown with; 0 x 0 of a track without one. */
    record PictureSize(int width, int height) {}

    static PictureSize pictureSize(CodecConfig config) {
        return switch (config) {
            case VideoConfig video -> new PictureSize(video.width(), video.height());
            case AudioConfig _ -> new PictureSize(0, 0);
        };
    }

    static void write(CodecConfig config, BoxWriter boxes) {
        switch (config) {
            case AvcConfig avc -> boxes.box("avc1", () -> writeAvc(avc, boxes));
            case AacConfig aac -> boxes.box("mp4a", () -> writeAac(aac, boxes));
            case HevcConfig _,Av1Config _,Vp9Config _,OpusConfig _,FlacConfig _,Mp3Config _,Ac3Config _,Eac3Config _ ->
                throw new UnsupportedException("stsd", "codec", config.codec(), "AVC, AAC");
        }
    }

    private static void writeAvc(AvcConfig avc, BoxWriter boxes) {
        ByteWriter out = boxes.out();
        out.fill(0, 6).uint16(1).fill(0, 16).uint16(avc.width()).uint16(avc.height());
        // 72 dpi, one frame a sample, no name of the compressor, 24 bits of colour.
        out.uint32(0x48_0000).uint32(0x48_0000).uint32(0).uint16(1).fill(0, 32).uint16(0x18).uint16(0xFFFF);
        boxes.box("avcC", () -> out.bytes(avc.record()));
    }

    private static void writeAac(AacConfig aac, BoxWriter boxes) {
        ByteWriter out = boxes.out();
        // 16.16 has no room for 88.2 and 96 kHz: readers take the rate from the configuration anyway.
        int rate = aac.sampleRate() > 0xFFFF ? 0 : aac.sampleRate();
        out.fill(0, 6).uint16(1).fill(0, 8).uint16(aac.channels() == 0 ? 2 : aac.channels()).uint16(16).uint32(0)
                .uint32((long) rate << 16);
        boxes.fullBox("esds", 0, 0, () -> {
            ByteBuffer record = aac.record();
            int specificBytes = record.remaining();
            int configBytes = 13 + descriptorBytes(specificBytes);
            descriptor(out, ES_DESCRIPTOR, 3 + descriptorBytes(configBytes) + descriptorBytes(1));
            out.uint16(0).uint8(0);
            descriptor(out, DECODER_CONFIG_DESCRIPTOR, configBytes);
            // MPEG-4 audio, an audio stream; buffer size and bit rates are not known.
            out.uint8(0x40).uint8(0x15).uint24(0).uint32(0).uint32(0);
            descriptor(out, DECODER_SPECIFIC_DESCRIPTOR, specificBytes);
            out.bytes(record);
            descriptor(out, SL_CONFIG_DESCRIPTOR, 1);
            out.uint8(2);
        });
    }

    private static int descriptorBytes(int contentBytes) {
        return 1 + SIZE_DIGITS + contentBytes;
    }

    /** The size always in four digits of seven bits, as most writers have it. */
    private static void descriptor(ByteWriter out, int tag, int contentBytes) {
        out.uint8(tag).uint8(0x80 | contentBytes >>> 21).uint8(0x80 | contentBytes >>> 14)
                .uint8(0x80 | contentBytes >>> 7).uint8(contentBytes & 0x7F);
    }
}
