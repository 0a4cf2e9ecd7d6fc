package io.millrace.media.codec;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.codec.StaticHdr.Chromaticity;
import io.millrace.media.codec.StaticHdr.ContentLight;
import io.millrace.media.codec.StaticHdr.MasteringDisplay;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** How a stream says its pictures are displayed: colours, pixel aspect, HDR, and the size of VP9. All bytes are FFmpeg's. */
class PictureDisplayTest {
    record Row(String name, Codec codec, String hex, PixelAspect aspect, Color color) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** x265 with hdr10=1, 64x48. */
    private static final String HDR = """
            0102200000009000000000001ef000fcfdfafa00000f04a00001001840010c01ffff02200000030090000003000003001e95\
            9409a10001002c42010102200000030090000003000003001ea02083136595952930bc39a84880482000000300200000030321\
            a2000100064401c073c08927000200094e01900403e8019080001e4e01891833c286c41d4c0bb884d03e803d134042009896800\
            00003000180""";

    static final List<Row> ROWS = List.of(
            new Row("H.264 in an aspect of the table", Codec.AVC,
                    "0142c00affe1001a6742c00ada11ec39a808080a000003000200000300641e244d4001000468ce0fc8",
                    new PixelAspect(4, 3), new Color(1, 1, 1, false)),
            new Row("H.264 in an aspect of its own, full range", Codec.AVC,
                    "0142c00affe1001b6742c00ada11effc0094007db2000003000200000300641e244d4001000468ce0fc8",
                    new PixelAspect(37, 31), new Color(2, 2, 2, true)),
            new Row("HEVC", Codec.HEVC, HDR, new PixelAspect(4, 3), new Color(9, 16, 9, false)),
            new Row("VP9", Codec.VP9, "021fa209100900 00", PixelAspect.SQUARE, new Color(9, 16, 9, false)),
            new Row("AV1 of libaom", Codec.AV1, "81000c00 0a0a 00000003b50d936be401", PixelAspect.SQUARE,
                    Color.UNSPECIFIED));

    private static ByteBuffer hex(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    @ParameterizedTest
    @FieldSource("ROWS")
    void readsColorAndAspect(Row row) {
        var config = (VideoConfig) CodecConfig.parse(row.codec(), hex(row.hex()));
        assertThat(config.aspect()).isEqualTo(row.aspect());
        assertThat(config.color()).isEqualTo(row.color());
    }

    @Test
    void readsHdrFromSeiInRecord() {
        var display = new MasteringDisplay(List.of(new Chromaticity(13_250, 34_500), new Chromaticity(7_500, 3_000),
                new Chromaticity(34_000, 16_000)), new Chromaticity(15_635, 16_450), 10_000_000, 1);
        assertThat(HevcConfig.parse(hex(HDR)).hdr()).isEqualTo(new StaticHdr(display, new ContentLight(1_000, 400)));
    }

    @Property
    void ignoresDamagedSei(@ForAll @Size(max = 40) byte[] bytes) {
        assertThat(HdrSei.read(ByteBuffer.wrap(bytes), StaticHdr.NONE)).isNotNull();
    }

    /** Key frames of libvpx in each profile. */
    @ParameterizedTest
    @CsvSource({"4:2:0, 82498342000a1005960638241c184a00", "4:4:4, a249834200014200b2c0470483830940",
        "4:2:2, a249834208014200b2c0c70483830940", "4:2:0 in 10 bits, 9249834200050802cb031c120e0c2c00",
        "4:4:4 in 12 bits, b124c1a1400050802cb031c120e0c2e0", "RGB, a2498342e00a1005960038241c184a00"})
    void vp9SizeIsInKeyFrames(String name, String frame) {
        VideoConfig config = Vp9Config.parse(hex("000a820202020000"));
        assertThat(config.pictureSize(hex(frame))).as(name).isEqualTo(new PictureSize(162, 90));
        assertThatThrownBy(() -> config.pictureSize(hex(frame.substring(0, 10)))).isInstanceOf(MediaException.class);
        assertThatThrownBy(() -> config.pictureSize(hex(frame.substring(0, 2) + "000000" + frame.substring(8))))
                .isInstanceOf(MediaException.class);
    }

    @Test
    void vp9SizeOfOtherFramesIsUnknown() {
        assertThat(Vp9Config.parse(hex("000a820202020000")).pictureSize(hex("86000000"))).isEqualTo(PictureSize.NONE);
    }

    @Test
    void av1SizeIsInKeyFramesIfNotInRecord() {
        VideoConfig config = Av1Config.parse(hex("81000c00"));
        ByteBuffer unit = hex("12 00 0a0a 00000003b50d936be401 32 01 10");
        assertThat(config.pictureSize(unit)).isEqualTo(new PictureSize(162, 90));
        assertThat(config.pictureSize(hex("32 01 10"))).isEqualTo(PictureSize.NONE);
    }
}
