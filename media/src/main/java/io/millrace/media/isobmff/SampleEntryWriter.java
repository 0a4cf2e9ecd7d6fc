package io.millrace.media.isobmff;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.codec.AacConfig;
import io.millrace.media.codec.Ac3Config;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Av1Config;
import io.millrace.media.codec.AvcConfig;
import io.millrace.media.codec.Color;
import io.millrace.media.codec.Eac3Config;
import io.millrace.media.codec.FlacConfig;
import io.millrace.media.codec.HevcConfig;
import io.millrace.media.codec.HevcNal;
import io.millrace.media.codec.Mp3Config;
import io.millrace.media.codec.OpusConfig;
import io.millrace.media.codec.PixelAspect;
import io.millrace.media.codec.StaticHdr;
import io.millrace.media.codec.Vp9Config;
import java.nio.ByteBuffer;

/**
 * Writes the sample entry of a track with its codec configuration, the reverse of {@link SampleEntryReader}: the boxes
 * are listed there. For video, these boxes follow if the stream has such information:
 *
 * <pre>
 * colr nclx     ISO/IEC 14496-12, 12.1.5       pasp    12.1.4
 * mdcv, clli    ISO/IEC 14496-12, 12.1.6 and 12.1.7
 * </pre>
 *
 * <p>Stateless.
 */
public final class SampleEntryWriter {
    private static final int ES_DESCRIPTOR = 3;
    private static final int DECODER_CONFIG_DESCRIPTOR = 4;
    private static final int DECODER_SPECIFIC_DESCRIPTOR = 5;
    private static final int SL_CONFIG_DESCRIPTOR = 6;
    private static final int SIZE_DIGITS = 4;
    /** objectTypeIndication (ISO/IEC 14496-1, 7.2.6.6.2): MPEG-4 audio, MPEG-2 layer 1 to 3, MPEG-1 layer 1 to 3. */
    private static final int MPEG4_AUDIO = 0x40;
    private static final int MPEG2_LAYERS = 0x69;
    private static final int MPEG1_LAYERS = 0x6B;
    private static final int HEVC_ARRAYS_OFFSET = 22;
    private static final int ARRAY_COMPLETE = 0x80;
    private static final int STREAMINFO_BYTES = 34;
    private static final int OPUS_MAGIC_BYTES = 8;
    private static final int SAMPLE_BITS = 16;
    private static final int STEREO = 2;

    private SampleEntryWriter() {}

    public static void write(SampleEntry entry, BoxWriter boxes) {
        switch (entry.config()) {
            case AvcConfig avc -> video("avc1", entry, boxes, () -> box("avcC", avc.record(), boxes));
            case HevcConfig hevc -> video("hvc1", entry, boxes, () -> box("hvcC", complete(hevc.record()), boxes));
            case Av1Config av1 -> video("av01", entry, boxes, () -> box("av1C", av1.record(), boxes));
            case Vp9Config vp9 -> video("vp09", entry, boxes,
                    () -> boxes.fullBox("vpcC", 1, 0, () -> boxes.out().bytes(vp9.fields())));
            case AacConfig aac -> audio("mp4a", aac, channels(aac), SAMPLE_BITS, boxes,
                    () -> elementaryStream(MPEG4_AUDIO, aac.record(), boxes));
            case Mp3Config mp3 -> audio("mp4a", mp3, mp3.channels(), SAMPLE_BITS, boxes,
                    () -> elementaryStream(mp3.isMpeg1() ? MPEG1_LAYERS : MPEG2_LAYERS, null, boxes));
            case OpusConfig opus -> audio("Opus", opus, opus.channels(), SAMPLE_BITS, boxes,
                    () -> boxes.box("dOps", () -> opus(opus, boxes.out())));
            case FlacConfig flac -> audio("fLaC", flac, flac.channels(), flac.bitsPerSample(), boxes,
                    () -> boxes.fullBox("dfLa", 0, 0,
                            // The last metadata block, of type STREAMINFO.
                            () -> boxes.out().uint8(0x80).uint24(STREAMINFO_BYTES).bytes(flac.streamInfo())));
            // The channels are in the configuration; ETSI TS 102 366, F.3 and F.5 prescribe 2 in the entry.
            case Ac3Config ac3 ->
                audio("ac-3", ac3, STEREO, SAMPLE_BITS, boxes, () -> box("dac3", ac3.record(), boxes));
            case Eac3Config eac3 -> audio("ec-3", eac3, STEREO, SAMPLE_BITS, boxes,
                    () -> box("dec3", eac3.record(), boxes));
        }
    }

    private static void box(String type, ByteBuffer content, BoxWriter boxes) {
        boxes.box(type, () -> boxes.out().bytes(content));
    }

    private static void video(String type, SampleEntry entry, BoxWriter boxes, Runnable config) {
        ByteWriter out = boxes.out();
        boxes.box(type, () -> {
            out.fill(0, 6).uint16(1).fill(0, 16).uint16(entry.size().width()).uint16(entry.size().height());
            // 72 dpi, one frame per sample, no compressor name, 24-bit colour.
            out.uint32(0x48_0000).uint32(0x48_0000).uint32(0).uint16(1).fill(0, 32).uint16(0x18).uint16(0xFFFF);
            config.run();
            display(entry.display(), boxes);
        });
    }

    private static void display(SampleEntry.Display display, BoxWriter boxes) {
        ByteWriter out = boxes.out();
        Color color = display.color();
        if (color.isSpecified()) {
            boxes.box("colr", () -> out.bytes(new byte[]{'n', 'c', 'l', 'x'}).uint16(color.primaries())
                    .uint16(color.transfer()).uint16(color.matrix()).uint8(color.fullRange() ? 0x80 : 0));
        }
        PixelAspect aspect = display.aspect();
        if (!aspect.isSquare()) {
            boxes.box("pasp", () -> out.uint32(aspect.width()).uint32(aspect.height()));
        }
        StaticHdr hdr = display.hdr();
        if (hdr.mastering() != null) {
            boxes.box("mdcv", () -> {
                hdr.mastering().primaries().forEach(primary -> out.uint16(primary.x()).uint16(primary.y()));
                out.uint16(hdr.mastering().whitePoint().x()).uint16(hdr.mastering().whitePoint().y())
                        .uint32(hdr.mastering().maxLuminance()).uint32(hdr.mastering().minLuminance());
            });
        }
        if (hdr.light() != null) {
            boxes.box("clli", () -> out.uint16(hdr.light().maxContent()).uint16(hdr.light().maxFrameAverage()));
        }
    }

    /**
     * Returns a copy of an HEVC record with its arrays of parameter sets marked as complete, as {@code hvc1} requires
     * (ISO/IEC 14496-15, 8.4.1.1.1). Encoders do not mark them if samples repeat the parameter sets.
     */
    private static ByteBuffer complete(ByteBuffer record) {
        ByteBuffer copy = ByteBuffer.allocate(record.remaining()).put(record).flip();
        copy.position(HEVC_ARRAYS_OFFSET);
        var in = new ByteReader("HEVCDecoderConfigurationRecord", copy);
        for (int arrays = in.uint8("numOfArrays"); arrays > 0; arrays--) {
            int position = copy.position();
            int head = in.uint8("NAL_unit_type");
            int type = head & 0x3F;
            if (type == HevcNal.VPS || type == HevcNal.SPS || type == HevcNal.PPS) {
                copy.put(position, (byte) (head | ARRAY_COMPLETE));
            }
            for (int count = in.uint16("numNalus"); count > 0; count--) {
                in.skip(in.uint16("nalUnitLength"), "nalUnit");
            }
        }
        return copy.rewind();
    }

    private static void audio(String type, AudioConfig config, int channels, int sampleBits, BoxWriter boxes,
            Runnable child) {
        boxes.box(type, () -> {
            boxes.out().fill(0, 6).uint16(1).fill(0, 8).uint16(channels).uint16(sampleBits).uint32(0)
                    .uint32((long) fittingRate(config) << 16);
            child.run();
        });
    }

    private static int channels(AacConfig aac) {
        return aac.channels() == 0 ? STEREO : aac.channels();
    }

    /**
     * Returns the sample rate if it fits in 16.16 fixed point. Otherwise FLAC prescribes its largest even division that
     * fits (FLAC in ISOBMFF, 3.3.2), and 0 without one; readers take the rate from the configuration.
     */
    private static int fittingRate(AudioConfig config) {
        int rate = config.sampleRate();
        if (!(config instanceof FlacConfig)) {
            return rate > 0xFFFF ? 0 : rate;
        }
        while (rate > 0xFFFF) {
            if (rate % 2 != 0) {
                return 0;
            }
            rate /= 2;
        }
        return rate;
    }

    /** Writes the header of RFC 7845 as dOps, which is big-endian. An empty header means stereo. */
    private static void opus(OpusConfig opus, ByteWriter out) {
        out.uint8(0).uint8(opus.channels()).uint16(opus.preSkip());
        if (!opus.record().hasRemaining()) {
            out.uint32(OpusConfig.SAMPLE_RATE).uint16(0).uint8(0);
            return;
        }
        var in = new ByteReader("OpusHead", opus.record());
        in.skip(OPUS_MAGIC_BYTES + 4, "preSkip");
        out.uint32(Integer.reverseBytes(in.int32("inputSampleRate")) & 0xFFFF_FFFFL);
        out.uint16(Short.reverseBytes((short) in.uint16("outputGain")) & 0xFFFF);
        out.bytes(in.rest());
    }

    /** @param specific decoder specific information, or null */
    private static void elementaryStream(int objectType, ByteBuffer specific, BoxWriter boxes) {
        ByteWriter out = boxes.out();
        boxes.fullBox("esds", 0, 0, () -> {
            int configBytes = 13 + (specific == null ? 0 : descriptorBytes(specific.remaining()));
            descriptor(out, ES_DESCRIPTOR, 3 + descriptorBytes(configBytes) + descriptorBytes(1));
            out.uint16(0).uint8(0);
            descriptor(out, DECODER_CONFIG_DESCRIPTOR, configBytes);
            // Audio stream; buffer size and bit rates are unknown.
            out.uint8(objectType).uint8(0x15).uint24(0).uint32(0).uint32(0);
            if (specific != null) {
                descriptor(out, DECODER_SPECIFIC_DESCRIPTOR, specific.remaining());
                out.bytes(specific);
            }
            descriptor(out, SL_CONFIG_DESCRIPTOR, 1);
            out.uint8(2);
        });
    }

    private static int descriptorBytes(int contentBytes) {
        return 1 + SIZE_DIGITS + contentBytes;
    }

    /** Writes the tag and size of a descriptor. The size always has four 7-bit digits, as most writers do. */
    private static void descriptor(ByteWriter out, int tag, int contentBytes) {
        out.uint8(tag).uint8(0x80 | contentBytes >>> 21).uint8(0x80 | contentBytes >>> 14)
                .uint8(0x80 | contentBytes >>> 7).uint8(contentBytes & 0x7F);
    }
}
