package io.millrace.media.isobmff;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.Mp3Config;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the codec configurations of a sample description (ISO/IEC 14496-12, 8.5.2): a box named after the codec that
 * contains a box with the configuration.
 *
 * <pre>
 * avc1 | avc3 > avcC     ISO/IEC 14496-15, 5.4       mp4a > [wave >] esds   ISO/IEC 14496-14, 5.6 (AAC, MP3)
 * hvc1 | hev1 > hvcC     ISO/IEC 14496-15, 8.4       Opus > dOps            Opus in ISOBMFF, 4.3
 * av01 > av1C            AV1 in ISOBMFF, 2.2         fLaC > dfLa            FLAC in ISOBMFF, 3.3
 * vp09 > vpcC            VP in ISOBMFF, 2.2          ac-3 > dac3, ec-3 > dec3   ETSI TS 102 366, F.3, F.5
 * </pre>
 *
 * <p>The records are the same as in sequence headers of Enhanced RTMP. Stateless.
 */
public final class SampleEntryReader {
    /** Maximum number of configurations of one track. A file that changes its configuration has two or three. */
    public static final int MAX_ENTRIES = 1024;

    private static final int VISUAL_BYTES = 78;
    private static final int AUDIO_BYTES = 28;
    private static final int ES_DESCRIPTOR = 3;
    private static final int DECODER_CONFIG_DESCRIPTOR = 4;
    private static final int DECODER_SPECIFIC_DESCRIPTOR = 5;
    private static final int STREAMINFO_BYTES = 34;
    private static final byte[] OPUS_HEAD = {'O', 'p', 'u', 's', 'H', 'e', 'a', 'd'};
    private static final byte[] FLAC = {'f', 'L', 'a', 'C'};
    private static final String SUPPORTED = "avc1 (H.264), hvc1 (HEVC), av01, vp09, mp4a (AAC, MP3), Opus, fLaC, ac-3, ec-3";

    private SampleEntryReader() {}

    /** Returns all configurations: at least one, all of one codec. */
    public static List<CodecConfig> configs(ByteBuffer stsd) {
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
            throw new UnsupportedException("stsd", "codec", "not the same in all entries", "one codec per track");
        }
        return List.copyOf(configs);
    }

    private static CodecConfig config(Boxes entries) {
        String type = entries.type();
        ByteBuffer entry = entries.payload();
        return switch (type) {
            case "avc1", "avc3" -> video(Codec.AVC, type, entry, "avcC");
            case "hvc1", "hev1" -> video(Codec.HEVC, type, entry, "hvcC");
            case "av01" -> video(Codec.AV1, type, entry, "av1C");
            // The record includes the version and flags of its box, as FFmpeg sends it in RTMP too.
            case "vp09" -> video(Codec.VP9, type, entry, "vpcC");
            case "mp4a" -> mp4a(Sound.read(type, entry));
            case ".mp3" -> Sound.read(type, entry).mp3();
            case "Opus" -> CodecConfig.parse(Codec.OPUS, opusHead(Sound.read(type, entry).child("dOps")));
            case "fLaC" -> CodecConfig.parse(Codec.FLAC, flacHeader(Sound.read(type, entry).child("dfLa")));
            case "ac-3" -> CodecConfig.parse(Codec.AC3, Sound.read(type, entry).child("dac3"));
            case "ec-3" -> CodecConfig.parse(Codec.EAC3, Sound.read(type, entry).child("dec3"));
            default -> throw new UnsupportedException("stsd", "codec", "'" + type + "'", SUPPORTED);
        };
    }

    private static CodecConfig video(Codec codec, String type, ByteBuffer entry, String box) {
        var in = new ByteReader(type, entry);
        in.skip(VISUAL_BYTES, "VisualSampleEntry");
        return CodecConfig.parse(codec, Boxes.need(in.rest(), type, box));
    }

    /**
     * An AudioSampleEntry, or one of QuickTime's versions of the sound description.
     *
     * @param children the boxes that it contains
     */
    private record Sound(String type, int channels, int sampleRate, ByteBuffer children) {
        static Sound read(String type, ByteBuffer entry) {
            var in = new ByteReader(type, entry);
            in.skip(8, "data_reference_index");
            int version = in.uint16("version");
            in.skip(6, "revision");
            int channels = in.uint16("channelcount");
            in.skip(6, "samplesize");
            int sampleRate = (int) (in.uint32("samplerate") >>> 16);
            in.skip(switch (version) {
                case 0 -> 0;
                case 1 -> 16;
                case 2 -> 36;
                default -> throw new UnsupportedException(type, "version", version, "0 to 2");
            }, "SoundDescription");
            ByteBuffer children = in.rest();
            return new Sound(type, channels, sampleRate, Boxes.find(children, "wave").orElse(children));
        }

        ByteBuffer child(String box) {
            return Boxes.need(children, type, box);
        }

        CodecConfig mp3() {
            return Mp3Config.of(sampleRate, channels);
        }
    }

    /**
     * Converts dOps to the header of RFC 7845. dOps is big-endian: {@code version:8 = 0 | channels:8 | preSkip:16 |
     * inputRate:32 | gain:16 | mapping:8 …}.
     */
    private static ByteBuffer opusHead(ByteBuffer box) {
        var in = new ByteReader("dOps", box);
        in.skip(1, "Version");
        var out = new ByteWriter().bytes(OPUS_HEAD).uint8(1).uint8(in.uint8("OutputChannelCount"));
        out.uint16(Short.reverseBytes((short) in.uint16("PreSkip")) & 0xFFFF);
        out.uint32(Integer.reverseBytes(in.int32("InputSampleRate")) & 0xFFFF_FFFFL);
        out.uint16(Short.reverseBytes((short) in.uint16("OutputGain")) & 0xFFFF);
        return out.bytes(in.rest()).view();
    }

    /** Returns the first metadata block, STREAMINFO, marked as the last one. */
    private static ByteBuffer flacHeader(ByteBuffer box) {
        ByteReader in = Boxes.fullBox("dfLa", box);
        in.skip(4, "BlockHeader");
        return new ByteWriter().bytes(FLAC).uint8(0x80).uint24(STREAMINFO_BYTES)
                .bytes(in.slice(STREAMINFO_BYTES, "STREAMINFO")).view();
    }

    /** Reads esds (ISO/IEC 14496-1, 7.2.6.5 and 7.2.6.6). */
    private static CodecConfig mp4a(Sound sound) {
        ByteReader in = Boxes.fullBox("esds", sound.child("esds"));
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
            case 0x40, 0x66, 0x67, 0x68 -> CodecConfig.parse(Codec.AAC,
                    descriptor(in, DECODER_SPECIFIC_DESCRIPTOR).rest());
            case 0x69, 0x6B -> sound.mp3();
            default -> throw new UnsupportedException("esds", "objectTypeIndication",
                    "%02x".formatted(objectType), "40, 66 to 68 (AAC), 69, 6b (MP3)");
        };
    }

    /** Returns a reader of the first descriptor with {@code tag}; descriptors before it are skipped. */
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
