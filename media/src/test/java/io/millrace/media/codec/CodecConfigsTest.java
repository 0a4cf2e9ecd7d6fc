package io.millrace.media.codec;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Configurations of all codecs except AVC and AAC, which have tests of their own. */
class CodecConfigsTest {
    /** @param picture for video: width, height and frame rate; for audio: sample rate and channels */
    record Row(String name, Codec codec, String hex, String rfc6381, String picture) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Written by x265 4.1 in FFmpeg 8, 162x90 at 5 frames per second. */
    private static final String HVCC = """
            0101600000009000000000001ef000fcfdf8f800000f03200001001840010c01ffff01600000030090000003000003001e95\
            9009210001002b42010101600000030090000003000003001ea0162061c449965644a4c2f016808000000300800000030284\
            22000100064401c073c189""";

    static final List<Row> RECORDS = List.of(
            new Row("HEVC main", Codec.HEVC, "@hvcc", "hvc1.1.6.L30.90", "162x90 5/1"),
            new Row("AV1 of libaom", Codec.AV1, "81000c00 0a0a 00000003b50d936be401", "av01.0.00M.08", "162x90 0/1"),
            new Row("AV1 without a sequence header", Codec.AV1, "81040c00", "av01.0.04M.08", "0x0 0/1"),
            new Row("AV1 in 10 bits, high tier", Codec.AV1, "8108cc00", "av01.0.08H.10", "0x0 0/1"),
            new Row("AV1 in 12 bits 4:4:4", Codec.AV1, "81486000", "av01.2.08M.12.0.000.02.02.02.0", "0x0 0/1"),
            new Row("AV1 in shades of grey", Codec.AV1, "81041c00", "av01.0.04M.08.1.110.02.02.02.0", "0x0 0/1"),
            new Row("VP9 with the head of its box", Codec.VP9, "01000000 000a820202020000", "vp09.00.10.08", "0x0 0/1"),
            new Row("VP9 bare", Codec.VP9, "021fa209100900 00", "vp09.02.31.10.01.09.16.09.00", "0x0 0/1"),
            new Row("VP9 4:4:4 in full range", Codec.VP9, "010a87010101 0000", "vp09.01.10.08.03.01.01.01.01",
                    "0x0 0/1"),
            new Row("Opus", Codec.OPUS, "4f70757348656164 01 02 3801 80bb0000 0000 00", "Opus", "48000/2"),
            new Row("Opus, surround", Codec.OPUS, "4f70757348656164 01 06 3801 44ac0000 0000 01 0402 000401020305",
                    "Opus",
                    "48000/6"),
            new Row("Opus that says nothing", Codec.OPUS, "", "Opus", "48000/2"),
            new Row("FLAC bare", Codec.FLAC, "12001200 000000 004a58 0bb802f000000000" + "00".repeat(16), "fLaC",
                    "48000/2"),
            new Row("FLAC as the standard has it", Codec.FLAC,
                    "664c6143 80000022 12001200 000000 004a58 17700570 00000000" + "00".repeat(16), "fLaC", "96000/3"),
            new Row("MP3", Codec.MP3, "fffb0400", "mp4a.40.34", "48000/2"),
            new Row("AC-3", Codec.AC3, "101000", "ac-3", "48000/2"),
            new Row("AC-3 5.1", Codec.AC3, "103d60", "ac-3", "48000/6"),
            new Row("E-AC-3", Codec.EAC3, "0300200400", "ec-3", "48000/2"));

    /** Syncframes and frame headers, and the records derived from them. */
    static final List<Row> FRAMES = List.of(
            new Row("MP3 mono at 44.1 kHz", Codec.MP3, "fffb30c4", "fffb00c0", "44100/1"),
            new Row("the same with padding and another bit rate", Codec.MP3, "fffb92c4", "fffb00c0", "44100/1"),
            new Row("MP3 of MPEG-2", Codec.MP3, "fff340c0", "fff300c0", "22050/1"),
            new Row("MP3 of MPEG-2.5 with CRC", Codec.MP3, "ffe24040", "ffe30040", "11025/2"),
            new Row("AC-3 of FFmpeg", Codec.AC3, "0b7738900c4043e1", "1010c0", "48000/2"),
            new Row("AC-3 5.1", Codec.AC3, "0b77000014 40 e1 00", "103d40", "48000/6"),
            new Row("E-AC-3 of FFmpeg", Codec.EAC3, "0b7700bf3487c000", "0300200400", "48000/2"));

    record Broken(String name, Codec codec, String hex, Class<? extends MediaException> fault, String says) {
        @Override
        public String toString() {
            return name;
        }
    }

    static final List<Broken> BROKEN = List.of(
            new Broken("hvcC of the future", Codec.HEVC, "02", UnsupportedException.class, "configurationVersion"),
            new Broken("hvcC without SPS", Codec.HEVC, "01" + "00".repeat(20) + "0300", MalformedException.class,
                    "contains no SPS"),
            new Broken("hvcC with lengths of three bytes", Codec.HEVC, "01" + "00".repeat(20) + "0200",
                    MalformedException.class, "lengthSizeMinusOne"),
            new Broken("hvcC with an SPS that is none", Codec.HEVC,
                    "01" + "00".repeat(20) + "0301 21 0001 0002 4001", MalformedException.class, "of type 33"),
            new Broken("hvcC with 65535 units", Codec.HEVC, "01" + "00".repeat(20) + "0301 27 ffff" + "0000".repeat(65),
                    OverLimitException.class, "is 65, the limit is 64"),
            new Broken("av1C without marker", Codec.AV1, "01040c00", MalformedException.class, "marker"),
            new Broken("av1C of the future", Codec.AV1, "82040c00", UnsupportedException.class, "version"),
            new Broken("an OBU beyond the record", Codec.AV1, "81040c00 0a0b00", MalformedException.class, "obu_size"),
            new Broken("an OBU with an endless size", Codec.AV1, "81040c00 0a" + "80".repeat(9),
                    MalformedException.class, "more than 8 bytes"),
            new Broken("the forbidden bit", Codec.AV1, "81040c00 8a0100", MalformedException.class, "forbidden"),
            new Broken("vpcC of profile 4", Codec.VP9, "040a820202020000", MalformedException.class, "profile"),
            new Broken("vpcC of 9 bits", Codec.VP9, "000a920202020000", MalformedException.class, "bitDepth"),
            new Broken("another head than Opus", Codec.OPUS, "4f70757354616773 01 02 3801 80bb0000 0000 00",
                    MalformedException.class, "magic"),
            new Broken("Opus without channels", Codec.OPUS, "4f70757348656164 01 00 3801 80bb0000 0000 00",
                    MalformedException.class, "channels"),
            new Broken("FLAC at no rate", Codec.FLAC, "12001200 000000 004a58 000002f000000000" + "00".repeat(16),
                    MalformedException.class, "sampleRate"),
            new Broken("FLAC that begins with a picture", Codec.FLAC, "664c6143 06000022" + "00".repeat(34),
                    MalformedException.class, "blockType"),
            new Broken("MP2", Codec.MP3, "fffd9004", UnsupportedException.class, "layer"),
            new Broken("MP3 without sync", Codec.MP3, "00fb9004", MalformedException.class, "sync"),
            new Broken("MP3 of a reserved rate", Codec.MP3, "fffb9c04", MalformedException.class, "reserved"),
            new Broken("AC-3 of a reserved rate", Codec.AC3, "d04000", UnsupportedException.class, "fscod"),
            new Broken("E-AC-3 in AC-3's place", Codec.AC3, "204000", UnsupportedException.class, "bsid"));

    @ParameterizedTest
    @FieldSource("RECORDS")
    void readsRecords(Row row) {
        CodecConfig config = CodecConfig.parse(row.codec(), hex(row.hex()));
        assertThat(config.codec()).isEqualTo(row.codec());
        assertThat(config.rfc6381()).isEqualTo(row.rfc6381());
        assertThat(describe(config)).isEqualTo(row.picture());
        assertThat(config.record()).isEqualTo(hex(row.hex())).isNotSameAs(config.record());
        assertThat(config).isEqualTo(CodecConfig.parse(row.codec(), hex(row.hex())));
        assertThat(CodecConfig.parse(row.codec(), config.record())).isEqualTo(config);
    }

    @ParameterizedTest
    @FieldSource("FRAMES")
    void derivesRecordFromFrame(Row row) {
        CodecConfig config = row.codec().inBand(hex(row.hex())).orElseThrow();
        assertThat(config.record()).isEqualTo(hex(row.rfc6381()));
        assertThat(describe(config)).isEqualTo(row.picture());
        assertThat(CodecConfig.parse(row.codec(), config.record())).isEqualTo(config);
    }

    @ParameterizedTest
    @FieldSource("BROKEN")
    void refuses(Broken row) {
        assertThatThrownBy(() -> CodecConfig.parse(row.codec(), hex(row.hex()))).isInstanceOf(row.fault())
                .hasMessageContaining(row.says());
    }

    @ParameterizedTest
    @FieldSource("RECORDS")
    void truncationIsValueOrMalformed(Row row) {
        byte[] bytes = hex(row.hex()).array();
        for (int size = 0; size < bytes.length; size++) {
            ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(bytes, size));
            try {
                assertThat(CodecConfig.parse(row.codec(), cut).codec()).isEqualTo(row.codec());
            } catch (MalformedException fault) {
                assertThat(fault.getMessage()).isNotBlank();
            }
        }
    }

    /**
     * The VUI of this hvcC follows reference sets; if these are truncated the frame rate is unknown, but the size is
     * not.
     */
    @Example
    void truncatedVuiAffectsFrameRateOnly() {
        byte[] bytes = hex("@hvcc").array();
        int sps = 0;
        for (int i = 0; i < bytes.length - 1; i++) {
            sps = bytes[i] == 0x42 && bytes[i + 1] == 0x01 && sps == 0 ? i : sps;
        }
        assertThat(HevcSps.parse(ByteBuffer.wrap(bytes, sps, 0x2B)))
                .isEqualTo(new PictureFormat(162, 90, new FrameRate(5, 1)));
        assertThat(HevcSps.parse(ByteBuffer.wrap(bytes, sps, 30)))
                .isEqualTo(new PictureFormat(162, 90, new FrameRate(0, 1)));
    }

    @Example
    void limitsSizeOfPicture() {
        var sps = new BitWriter().bits(16, 0x4201).bits(8, 0x01).bits(96, 0).ue(0).ue(1).ue(65_535).ue(65_535);
        assertThatThrownBy(() -> HevcSps.parse(sps.toByteBuffer())).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("is 65535, the limit is 16888");
    }

    @Example
    void skipsSubLayersAndScalingListsOfSps() {
        var sps = new BitWriter().bits(16, 0x4201).bits(4, 0).bits("010 1").bits(96, 0);
        // Three sub-layers: the first has profile and level, the second only a level.
        sps.bits("11 01").bits(12, 0).bits(88, 0).bits(8, 0).bits(8, 0);
        sps.ue(0).ue(1).ue(64).ue(48).bits("0").ue(0).ue(0).ue(4).bits("1");
        for (int i = 0; i < 9 + 6; i++) {
            sps.ue(0);
        }
        sps.bits("1 1");
        for (int list = 0; list < 6 * 3 + 2; list++) {
            sps.bits("0").ue(0);
        }
        // No tools; two reference sets, the second predicted from the first; a VUI with timing only.
        sps.bits("00 0").ue(2).ue(1).ue(1).ue(0).bits("1").ue(0).bits("1");
        sps.bits("1").bits("0").ue(0).bits("1").bits("01").bits("1");
        sps.bits("0 00 1 0 0 0 0 000 0 1").bits(32, 1001).bits(32, 30_000);
        assertThat(HevcSps.parse(sps.toByteBuffer()))
                .isEqualTo(new PictureFormat(64, 48, new FrameRate(30_000, 1_001)));
    }

    @ParameterizedTest
    @CsvSource({"OPUS, '', fc, 960", "OPUS, '', 04, 480", "OPUS, '', 1d, 5760", "OPUS, '', 6c, 960",
        "OPUS, '', 64, 480", "OPUS, '', e3 02, 240",
        "OPUS, '', fb 06, 5760", "FLAC, @flac, fff8 5a 88 00, 4608", "FLAC, @flac, fff8 18 88 00, 192",
        "FLAC, @flac, fff8 68 88 c280 1f, 32", "FLAC, @flac, fff8 78 88 05 03ff, 1024", "FLAC, @flac, fff9 c9 00, 4096",
        "MP3, fffb0400, fffb9004, 1152", "MP3, fff300c0, fff34004, 576", "AC3, 101000, 0b77, 1536",
        "EAC3, 0300200400, 0b77 0003 3487 c000, 1536", "EAC3, 0300200400, 0b77 0003 0487 c000, 256",
        "EAC3, 0300200400, 0b77 0003 3487 c000 0b77 4003 3487 c000, 1536",
        "EAC3, 0300200400, 0b77 0003 1487 c000 0b77 0003 1487 c000, 1024"})
    void readsFrameDurations(Codec codec, String record, String frame, int samples) {
        String hex = record.equals("@flac") ? "12001200 000000 004a58 0bb802f000000000" + "00".repeat(16) : record;
        var config = (AudioConfig) CodecConfig.parse(codec, hex(hex));
        assertThat(config.frameSamples(hex(frame))).isEqualTo(samples);
    }

    @ParameterizedTest
    @CsvSource({"OPUS, ''", "OPUS, ff", "OPUS, ff 40", "OPUS, ff 3f", "FLAC, fff0 5a", "FLAC, fff8 0a",
        "FLAC, fff8 68 88 ff",
        "EAC3, 0b77 0004 3487 c000", "EAC3, 0b77 0003 3487 c000 00"})
    void rejectsFramesWithoutDuration(Codec codec, String frame) {
        String record = switch (codec) {
            case FLAC -> "12001200 000000 004a58 0bb802f000000000" + "00".repeat(16);
            case EAC3 -> "0300200400";
            default -> "";
        };
        var config = (AudioConfig) CodecConfig.parse(codec, hex(record));
        assertThatThrownBy(() -> config.frameSamples(hex(frame))).isInstanceOf(MediaException.class);
    }

    @ParameterizedTest
    @CsvSource({"82, true", "86, false", "a2, true", "8a, false", "b0, true", "b1, true", "b2, false", "b4, false"})
    void readsVp9Keyframes(String frame, boolean key) {
        assertThat(Vp9Config.isKey(hex(frame))).isEqualTo(key);
    }

    @ParameterizedTest
    @CsvSource({"12 00 0a0a 00000003b50d936be401 32 01 10, true", "12 00 32 01 10, false",
        "0a0a 00000003b50d936be401 32 01 30, false", "0a0a 00000003b50d936be401 32 01 00, false",
        "0a0a 00000003b50d936be401 30 10, true", "0a0a 00000003b50d936be401 32 01 30 32 01 10, false",
        "0a0a 00000003b50d936be401 1e 00 01 10, true"})
    void av1KeyIsSequenceHeaderAndShownKeyFrame(String unit, boolean key) {
        assertThat(Av1TemporalUnit.isKey(hex(unit))).isEqualTo(key);
    }

    @Example
    void limitsAv1Units() {
        ByteBuffer three = hex("12 00 0a0a 00000003b50d936be401 32 01 10");
        assertThat(Av1TemporalUnit.isKey(three, 3)).isTrue();
        assertThatThrownBy(() -> Av1TemporalUnit.isKey(three, 2)).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("count: is 3, the limit is 2");
    }

    @ParameterizedTest
    @CsvSource({"00000002 2601, true", "00000002 2a01, true", "00000002 2001, true", "00000002 2c01, false",
        "00000002 0201, false", "00000002 4001 00000002 2601, true"})
    void hevcKeyIsIrap(String unit, boolean key) {
        assertThat(HevcNal.containsIrap(hex(unit), 4)).isEqualTo(key);
    }

    @Property(tries = 3000)
    void randomBytesAreValueOrTypedError(@ForAll Codec codec, @ForAll @Size(max = 60) byte[] bytes) {
        try {
            assertThat(CodecConfig.parse(codec, ByteBuffer.wrap(bytes))).isNotNull();
        } catch (MediaException fault) {
            assertThat(fault.getMessage()).isNotBlank();
        }
    }

    private static String describe(CodecConfig config) {
        return switch (config) {
            case VideoConfig v -> v.width() + "x" + v.height() + " " + v.frameRate().numerator() + "/"
                    + v.frameRate().denominator();
            case AudioConfig a -> a.sampleRate() + "/" + a.channels();
        };
    }

    private static ByteBuffer hex(String hex) {
        String text = hex.equals("@hvcc") ? HVCC : hex;
        return ByteBuffer.wrap(HexFormat.of().parseHex(text.replaceAll("\\s", "")));
    }

    /**
     * Frame sizes: 417 bytes at 128 kbit/s and 44.1 kHz, 208 bytes at 64 kbit/s and 22.05 kHz, plus one byte with
     * padding.
     */
    @ParameterizedTest
    @CsvSource({"fffb9004, 417, 3, 3456", "fffb9204, 418, 2, 2304", "fff38004, 208, 4, 2304", "fffb9004, 418, 2, 1152",
        "fffb0004, 417, 2, 1152"})
    void sumsDurationsOfMp3Frames(String header, int lengthBytes, int frames, int samples) {
        ByteBuffer message = ByteBuffer.allocate(lengthBytes * frames);
        for (int i = 0; i < frames; i++) {
            message.put(i * lengthBytes, hex(header), 0, 4);
        }
        assertThat(Mp3Config.ofFrame(message).frameSamples(message)).isEqualTo(samples);
    }
}
