package io.millrace.media.flv;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.Codec;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TagBodyTest {
    @Test
    void readsAvcPackets() {
        assertThat(VideoTagBody.parse(hex("1700000000 0164001f")))
                .isEqualTo(new VideoTagBody.Config(Codec.AVC, hex("0164001f")));
        assertThat(VideoTagBody.parse(hex("1701000043 0000000165")))
                .isEqualTo(new VideoTagBody.Frame(Codec.AVC, true, false, 67, hex("0000000165")));
        assertThat(VideoTagBody.parse(hex("2701000000 0000000141")))
                .isEqualTo(new VideoTagBody.Frame(Codec.AVC, false, false, 0, hex("0000000141")));
        assertThat(VideoTagBody.parse(hex("3701000000 0000000101")))
                .isEqualTo(new VideoTagBody.Frame(Codec.AVC, false, true, 0, hex("0000000101")));
        assertThat(VideoTagBody.parse(hex("4701000000 0000000165")))
                .isEqualTo(new VideoTagBody.Frame(Codec.AVC, true, false, 0, hex("0000000165")));
        assertThat(VideoTagBody.parse(hex("1702000000"))).isEqualTo(new VideoTagBody.End(Codec.AVC));
        assertThat(VideoTagBody.parse(hex("1702"))).isEqualTo(new VideoTagBody.End(Codec.AVC));
        assertThat(VideoTagBody.parse(hex("5700"))).isEqualTo(new VideoTagBody.Command());
    }

    @ParameterizedTest
    @CsvSource({"ffffff, -1", "800000, -8388608", "7fffff, 8388607"})
    void compositionTimesAreSigned(String field, int compositionTimeMs) {
        assertThat(VideoTagBody.parse(hex("2701" + field + "00")))
                .isEqualTo(new VideoTagBody.Frame(Codec.AVC, false, false, compositionTimeMs, hex("00")));
    }

    @Test
    void readsAacRegardlessOfFormatBits() {
        assertThat(AudioTagBody.parse(hex("af00 1190"))).isEqualTo(new AudioTagBody.Config(Codec.AAC, hex("1190")));
        assertThat(AudioTagBody.parse(hex("a201 2110"))).isEqualTo(new AudioTagBody.Frame(Codec.AAC, hex("2110")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "af01"})
    void emptyAudioIsSilence(String body) {
        assertThat(AudioTagBody.parse(hex(body))).isEqualTo(new AudioTagBody.Silence());
    }

    /** DJI drones occasionally send such messages. */
    @Test
    void emptyVideoMessageIsSkipped() {
        assertThat(VideoTagBody.parse(hex(""))).isEqualTo(new VideoTagBody.Command());
        assertThat(PlayerTagBody.video(hex(""))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"17", "1701", "17010000"})
    void refusesMalformedVideo(String body) {
        assertThatThrownBy(() -> VideoTagBody.parse(hex(body))).isInstanceOf(MalformedException.class);
    }

    @ParameterizedTest
    @CsvSource({"07010000, is 0", "67010000, is 6", "77010000, is 7", "2200000000, is 2", "1d00000000, is 13",
        "1703000000, is 3", "9076766331, vvc1", "9561763031, is 5", "1003000000, is 0"})
    void namesUnknownVideo(String body, String seen) {
        assertThatThrownBy(() -> VideoTagBody.parse(hex(body))).isInstanceOf(UnsupportedException.class)
                .hasMessageContaining(seen);
    }

    @ParameterizedTest
    @CsvSource({"7f00, is 7", "9073706578, spex", "934f707573, is 3", "af02, is 2"})
    void namesUnknownAudio(String body, String seen) {
        assertThatThrownBy(() -> AudioTagBody.parse(hex(body))).isInstanceOf(UnsupportedException.class)
                .hasMessageContaining(seen);
        assertThatThrownBy(() -> AudioTagBody.parse(hex("af"))).isInstanceOf(MalformedException.class);
    }

    @Test
    void keepsPositionAndSharesMemory() {
        ByteBuffer body = hex("ff 1701000000 65").position(1);
        var frame = (VideoTagBody.Frame) VideoTagBody.parse(body);
        assertThat(body.position()).isEqualTo(1);
        body.put(6, (byte) 0x41);
        assertThat(frame.data().get(0)).isEqualTo((byte) 0x41);
    }

    @Property
    void roundTripsVideo(@ForAll @IntRange(max = 2) int type,
            @ForAll @IntRange(min = -0x80_0000, max = 0x7F_FFFF) int compositionTimeMs, @ForAll byte[] bytes) {
        ByteBuffer data = ByteBuffer.wrap(bytes);
        var frame = new VideoTagBody.Frame(Codec.AVC, type == 1, type == 2, compositionTimeMs, data);
        assertThat(VideoTagBody.parse(TagBodyWriter.write(frame))).isEqualTo(frame);
        var config = new VideoTagBody.Config(Codec.AVC, data);
        assertThat(VideoTagBody.parse(TagBodyWriter.write(config))).isEqualTo(config);
        assertThat(data.position()).isZero();
    }

    @Property
    void roundTripsAudio(@ForAll @Size(min = 1, max = 100) byte[] bytes) {
        ByteBuffer data = ByteBuffer.wrap(bytes);
        for (AudioTagBody body : new AudioTagBody[]{new AudioTagBody.Frame(Codec.AAC, data),
            new AudioTagBody.Config(Codec.AAC, data), new AudioTagBody.Silence()}) {
            assertThat(AudioTagBody.parse(TagBodyWriter.write(body))).isEqualTo(body);
        }
    }

    @Test
    void writesOtherBodies() {
        assertThat(TagBodyWriter.write(new VideoTagBody.End(Codec.AVC))).isEqualTo(hex("1702000000"));
        assertThat(TagBodyWriter.write(new VideoTagBody.Command())).isEqualTo(hex("5700"));
    }

    @Test
    void rejectsCompositionTimeThatDoesNotFit() {
        assertThatThrownBy(() -> TagBodyWriter.write(new VideoTagBody.Frame(Codec.AVC, true, false, 1 << 23, hex(""))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Property(tries = 3000)
    void randomBytesAreValueOrTypedError(@ForAll @Size(max = 12) byte[] bytes) {
        try {
            assertThat(VideoTagBody.parse(ByteBuffer.wrap(bytes))).isNotNull();
        } catch (MediaException e) {
            assertThat(e.structure()).isIn("VIDEODATA", "ModEx", "Multitrack");
        }
        try {
            assertThat(AudioTagBody.parse(ByteBuffer.wrap(bytes))).isNotNull();
        } catch (MediaException e) {
            assertThat(e.structure()).isIn("AUDIODATA", "ModEx", "Multitrack");
        }
    }

    private static ByteBuffer hex(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
    }
}
