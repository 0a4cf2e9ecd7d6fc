package io.millrace.media.isobmff;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.Color;
import io.millrace.media.codec.PictureSize;
import io.millrace.media.codec.PixelAspect;
import io.millrace.media.codec.StaticHdr;
import io.millrace.media.codec.StaticHdr.Chromaticity;
import io.millrace.media.codec.StaticHdr.ContentLight;
import io.millrace.media.codec.StaticHdr.MasteringDisplay;
import io.millrace.media.codec.VideoConfig;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Sample entries that encoders' configuration records result in. */
class SampleEntryTest {
    /**
     * @param config in hexadecimal, as the encoder sends it
     * @param box type of the configuration box, and its content in hexadecimal
     */
    record Row(String name, Codec codec, String config, String entry, String box) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final String STREAMINFO = "12001200 000000 004a58 0bb802f000000000" + "00".repeat(16);
    private static final String HVCC_HEAD = "0101600000009000000000001ef000fcfdf8f800000f";
    private static final String SPS = "2b42010101600000030090000003000003001ea0162061c449965644a4c2f0168080000003008000"
            + "0003028422000100064401c073c189";

    static final List<Row> ROWS = List.of(
            new Row("HEVC with arrays that are not marked as complete", Codec.HEVC,
                    HVCC_HEAD + "03 20 0001 0018 40010c01ffff01600000030090000003000003001e959009 21 0001 00" + SPS
                            .replaceFirst("22000100064401", "22 0001 0006 4401"),
                    "hvc1", "hvcC " + HVCC_HEAD
                            + "03 a0 0001 0018 40010c01ffff01600000030090000003000003001e959009 a1 0001 00" + SPS
                                    .replaceFirst("22000100064401", "a2 0001 0006 4401")),
            new Row("AV1", Codec.AV1, "81000c00 0a0a 00000003b50d936be401", "av01",
                    "av1C 81000c00 0a0a 00000003b50d936be401"),
            new Row("VP9 bare", Codec.VP9, "000a820202020000", "vp09", "vpcC 01000000 000a820202020000"),
            new Row("VP9 with the head of its box", Codec.VP9, "01000000 000a820202020000", "vp09",
                    "vpcC 01000000 000a820202020000"),
            new Row("Opus", Codec.OPUS, "4f70757348656164 01 02 3801 80bb0000 0002 00", "Opus",
                    "dOps 00 02 0138 0000bb80 0200 00"),
            new Row("Opus, surround", Codec.OPUS, "4f70757348656164 01 06 3801 44ac0000 0000 01 0402 000401020305",
                    "Opus", "dOps 00 06 0138 0000ac44 0000 01 0402 000401020305"),
            new Row("Opus that says nothing", Codec.OPUS, "", "Opus", "dOps 00 02 0000 0000bb80 0000 00"),
            new Row("FLAC bare", Codec.FLAC, STREAMINFO, "fLaC", "dfLa 00000000 80000022" + STREAMINFO),
            new Row("FLAC as the standard has it", Codec.FLAC, "664c6143 00000022" + STREAMINFO, "fLaC",
                    "dfLa 00000000 80000022" + STREAMINFO),
            new Row("AC-3", Codec.AC3, "103d60", "ac-3", "dac3 103d60"),
            new Row("E-AC-3", Codec.EAC3, "0200200200", "ec-3", "dec3 0200200200"),
            new Row("AAC", Codec.AAC, "1190", "mp4a",
                    "esds 00000000 0380808022 0000 00 0480808014 40 15 000000 00000000 00000000 0580808002 1190"
                            + "0680808001 02"),
            new Row("MP3", Codec.MP3, "fffb0400", "mp4a",
                    "esds 00000000 038080801b 0000 00 048080800d 6b 15 000000 00000000 00000000 0680808001 02"),
            new Row("MP3 of MPEG-2", Codec.MP3, "fff30400", "mp4a",
                    "esds 00000000 038080801b 0000 00 048080800d 69 15 000000 00000000 00000000 0680808001 02"));

    private static ByteBuffer hex(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    private static SampleEntry entry(CodecConfig config) {
        return switch (config) {
            case VideoConfig video -> SampleEntry.of(video, ByteBuffer.allocate(0));
            case AudioConfig audio -> SampleEntry.of(audio);
        };
    }

    private static ByteBuffer written(SampleEntry entry) {
        var boxes = new BoxWriter();
        SampleEntryWriter.write(entry, boxes);
        return boxes.out().view();
    }

    private static ByteBuffer children(ByteBuffer written, boolean video) {
        ByteBuffer in = written.duplicate();
        BoxHeader.parse(in, in.remaining());
        return in.position(in.position() + (video ? 78 : 28)).slice();
    }

    @ParameterizedTest
    @FieldSource("ROWS")
    void writesConfigurationBox(Row row) {
        CodecConfig config = CodecConfig.parse(row.codec(), hex(row.config()));
        ByteBuffer written = written(entry(config));
        assertThat(BoxHeader.parse(written.duplicate(), written.remaining()).type()).isEqualTo(row.entry());
        String type = row.box().substring(0, 4);
        ByteBuffer box = Boxes.need(children(written, row.codec().isVideo()), row.entry(), type);
        assertThat(HexFormat.of().formatHex(bytes(box))).isEqualTo(row.box().substring(5).replace(" ", ""));
    }

    @ParameterizedTest
    @FieldSource("ROWS")
    void isReadAsSameConfiguration(Row row) {
        CodecConfig config = CodecConfig.parse(row.codec(), hex(row.config()));
        ByteBuffer stsd = new ByteWriter().uint32(0).uint32(1).bytes(written(entry(config))).view();
        CodecConfig read = SampleEntryReader.configs(stsd).getFirst();
        assertThat(read.rfc6381()).isEqualTo(config.rfc6381());
        assertThat(written(entry(read))).isEqualTo(written(entry(config)));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }

    private static SampleEntry displayed(PixelAspect aspect, Color color, StaticHdr hdr) {
        CodecConfig config = CodecConfig.parse(Codec.VP9, hex("000a820202020000"));
        return new SampleEntry(config, new PictureSize(720, 576), new SampleEntry.Display(aspect, color, hdr));
    }

    @Test
    void statesDisplayOnlyIfKnown() {
        ByteBuffer plain = children(written(displayed(PixelAspect.SQUARE, Color.UNSPECIFIED, StaticHdr.NONE)), true);
        for (String type : List.of("colr", "pasp", "mdcv", "clli")) {
            assertThat(Boxes.find(plain, type)).as(type).isEmpty();
        }
        var point = new Chromaticity(15_635, 16_450);
        var mastering = new MasteringDisplay(
                List.of(new Chromaticity(1, 2), new Chromaticity(3, 4), new Chromaticity(5, 6)), point, 0xFFFF_FFFFL,
                1);
        ByteBuffer full = children(written(displayed(new PixelAspect(64, 45), new Color(9, 16, 9, true),
                new StaticHdr(mastering, new ContentLight(1_000, 400)))), true);
        assertThat(Boxes.need(full, "vp09", "colr")).isEqualTo(hex("6e636c78 0009 0010 0009 80"));
        assertThat(Boxes.need(full, "vp09", "pasp")).isEqualTo(hex("00000040 0000002d"));
        assertThat(Boxes.need(full, "vp09", "mdcv"))
                .isEqualTo(hex("0001 0002 0003 0004 0005 0006 3d13 4042 ffffffff 00000001"));
        assertThat(Boxes.need(full, "vp09", "clli")).isEqualTo(hex("03e8 0190"));
    }

    @Test
    void displayWidthFollowsPixelAspect() {
        assertThat(displayed(new PixelAspect(64, 45), Color.UNSPECIFIED, StaticHdr.NONE).displayWidth())
                .isEqualTo(1024L << 16);
    }

    /** 20 bits of STREAMINFO. */
    @ParameterizedTest
    @CsvSource({"48000, 48000", "65535, 65535", "96000, 48000", "192000, 48000", "88200, 44100", "65537, 0"})
    void flacRateIsDividedUntilItFits(int sampleRate, int written) {
        String rate = "%05x".formatted(sampleRate);
        CodecConfig config = CodecConfig.parse(Codec.FLAC,
                hex("12001200 000000 004a58" + rate + "2f000000000" + "00".repeat(16)));
        ByteBuffer entry = written(entry(config));
        assertThat(entry.getInt(8 + 24) >>> 16).isEqualTo(written);
    }
}
