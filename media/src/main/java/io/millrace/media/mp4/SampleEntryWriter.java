package io.millrace.media.mp4;

import io.millrace.media.bytes.ByteWriter;
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

/**
 * Writes the sample entry of a track with its codec configuration (ISO/IEC 14496-12, 8.5.2; 14496-14, 5.6; 14496-15,
 * 5.4): {@code avc1 > avcC}, {@code mp4a > esds}. Stateless.
 */
final class SampleEntryWriter {
    private static final int ES_DESCRIPTOR = 3;
    private static final int DECODER_CONFIG_DESCRIPTOR = 4;
    private static final int DECODER_SPECIFIC_DESCRIPTOR = 5;
    private static final int SL_CONFIG_DESCRIPTOR = 6;
    private static final int SIZE_DIGITS = 4;

    private SampleEntryWriter() {}

    /** Display size in pixels; 0 x 0 for audio. */
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
        // 72 dpi, one frame per sample, no compressor name, 24-bit colour.
        out.uint32(0x48_0000).uint32(0x48_0000).uint32(0).uint16(1).fill(0, 32).uint16(0x18).uint16(0xFFFF);
        boxes.box("avcC", () -> out.bytes(avc.record()));
    }

    private static void writeAac(AacConfig aac, BoxWriter boxes) {
        ByteWriter out = boxes.out();
        // 88.2 and 96 kHz do not fit in 16.16 fixed point; readers take the rate from the configuration anyway.
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
            // MPEG-4 audio, audio stream; buffer size and bit rates are unknown.
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

    /** Writes the tag and size of a descriptor. The size always has four 7-bit digits, as most writers do. */
    private static void descriptor(ByteWriter out, int tag, int contentBytes) {
        out.uint8(tag).uint8(0x80 | contentBytes >>> 21).uint8(0x80 | contentBytes >>> 14)
                .uint8(0x80 | contentBytes >>> 7).uint8(contentBytes & 0x7F);
    }
}
