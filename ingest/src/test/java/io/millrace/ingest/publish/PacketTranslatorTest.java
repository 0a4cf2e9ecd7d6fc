package io.millrace.ingest.publish;

import io.millrace.ingest.meters.IngestMeters.Drop;
import io.millrace.ingest.publish.PacketTranslator.Result;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.flv.FlvTag;
import io.millrace.platform.log.Packet;
import io.millrace.platform.publish.PublishSink.Kind;
import io.millrace.testkit.Clip;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PacketTranslatorTest {
    private final PacketTranslator translator = new PacketTranslator(MediaLimits.DEFAULT);

    @Test
    void translatesClipOfFfmpeg() {
        List<Packet> packets = Clip.TAGS.stream().map(this::translate).flatMap(PacketTranslatorTest::packet).toList();
        List<Packet> video = packets.stream().filter(p -> p.kind() == Packet.Kind.VIDEO).toList();
        assertThat(video.getFirst().isConfig()).isTrue();
        List<Packet> frames = video.stream().filter(p -> !p.isConfig()).toList();
        assertThat(frames).hasSize(20);
        assertThat(frames.stream().map(Packet::isKeyframe).toList()).startsWith(true, false, false, false, false, true);
        assertThat(frames.stream().filter(Packet::isKeyframe)).hasSize(4);
        assertThat(frames.stream().map(Packet::compositionTimeMs).toList()).startsWith(200, 400, 100);
        assertThat(frames.stream().map(Packet::timestampMs).toList()).startsWith(0L, 100L, 200L);
        List<Packet> audio = packets.stream().filter(p -> p.kind() == Packet.Kind.AUDIO).toList();
        assertThat(audio.getFirst().isConfig()).isTrue();
        assertThat(audio.stream().skip(1)).noneMatch(Packet::isConfig).noneMatch(Packet::isKeyframe).isNotEmpty();
        assertThat(packets.stream().filter(p -> p.kind() == Packet.Kind.DATA)).hasSize(1);
    }

    @Test
    void keepsBodyWithoutCopy() {
        ByteBuffer body = config();
        Packet packet = packet(translator.translate(3, 4, 5, Kind.VIDEO, 0, body)).findFirst().orElseThrow();
        assertThat(packet.body()).isSameAs(body);
        assertThat(body.position()).isZero();
        assertThat(packet).isEqualTo(
                new Packet(3, 4, 5, 0, 0, Packet.Kind.VIDEO, 0, Packet.Content.CONFIG, body));
    }

    @Test
    void flaggedFrameWithoutIdrIsRecoveryPoint() {
        translate(Kind.VIDEO, config());
        Packet packet = packet(translate(Kind.VIDEO, hex("17 01 000000 00000003 419a00"))).findFirst().orElseThrow();
        assertThat(packet.isKeyframe()).isFalse();
        assertThat(packet.isRecoveryPoint()).isTrue();
    }

    @Test
    void idrIsKeyframeWithoutFlag() {
        translate(Kind.VIDEO, config());
        Packet packet = packet(translate(Kind.VIDEO, hex("27 01 fffffb 00000003 658800"))).findFirst().orElseThrow();
        assertThat(packet.isKeyframe()).isTrue();
        assertThat(packet.isRecoveryPoint()).isFalse();
        assertThat(packet.compositionTimeMs()).isEqualTo(-5);
    }

    @Test
    void avcLengthBeyondTagIsMalformed() {
        translate(Kind.VIDEO, config());
        assertThatThrownBy(() -> translate(Kind.VIDEO, hex("17 01 000000 00000004 658800")))
                .isInstanceOf(MalformedException.class);
    }

    @ParameterizedTest
    @CsvSource({"VIDEO, 27 01 000000 00000003 419a00, NO_CONFIG", "VIDEO, 17 02 000000, NO_MEDIA",
        "VIDEO, 57 00, NO_MEDIA", "VIDEO, d1 00, NO_MEDIA", "VIDEO, '', NO_MEDIA", "AUDIO, '', NO_MEDIA",
        "AUDIO, af 01, NO_MEDIA"})
    void dropsMessageWithoutMedia(Kind kind, String body, Drop reason) {
        assertThat(translate(kind, hex(body))).isEqualTo(new Result.Dropped(reason));
    }

    /** DJI drones send frames that contain only empty NAL units. */
    @ParameterizedTest
    @ValueSource(strings = {"27 01 000000 00000000", "17 01 000000 0000000000000000", "a3 68766331 00000000"})
    void dropsFrameOfEmptyNalUnits(String body) {
        translate(Kind.VIDEO, config());
        assertThat(translate(Kind.VIDEO, hex(body))).isEqualTo(new Result.Dropped(Drop.NO_MEDIA));
    }

    /** Players cannot read a sample with an empty NAL unit. */
    @Test
    void emptyNalUnitAmongOthersIsMalformed() {
        translate(Kind.VIDEO, config());
        assertThatThrownBy(() -> translate(Kind.VIDEO, hex("27 01 000000 00000000 00000003 419a00")))
                .isInstanceOf(MalformedException.class);
    }

    @ParameterizedTest
    @CsvSource({"VIDEO, 1d 01 000000 00", "VIDEO, 90 76766331 00", "VIDEO, 12 00", "VIDEO, 67 01 000000 00",
        "AUDIO, 7f ff", "AUDIO, 90 73706578"})
    void rejectsUnsupportedCodec(Kind kind, String body) {
        assertThatThrownBy(() -> translate(kind, hex(body))).isInstanceOf(UnsupportedException.class);
    }

    /** Configuration, keyframe and another frame of each codec, as FFmpeg 8 sends them. */
    @ParameterizedTest
    @CsvSource({
        "'90 61763031 81000c00 0a0a00000003b50d936be401', '91 61763031 1200 0a0a00000003b50d936be401 320110', 'a1 61763031 1200 320130'",
        "'90 76703039 01000000 000a820202020000', '91 76703039 82', 'a1 76703039 86'"})
    void findsKeyframesByCodecHeaders(String config, String key, String frame) {
        assertThat(packet(translate(Kind.VIDEO, hex(config))).findFirst().orElseThrow().isConfig()).isTrue();
        assertThat(packet(translate(Kind.VIDEO, hex(key))).findFirst().orElseThrow().isKeyframe()).isTrue();
        Packet other = packet(translate(Kind.VIDEO, hex(frame))).findFirst().orElseThrow();
        assertThat(other.isKeyframe()).isFalse();
        assertThat(other.isRecoveryPoint()).isFalse();
        assertThat(other.isConfig()).isFalse();
    }

    @Test
    void wronglyFlaggedFrameIsNoKeyframe() {
        translate(Kind.VIDEO, hex("90 76703039 01000000 000a820202020000"));
        Packet packet = packet(translate(Kind.VIDEO, hex("91 76703039 86"))).findFirst().orElseThrow();
        assertThat(packet.isKeyframe()).isFalse();
        assertThat(packet.isRecoveryPoint()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"VIDEO, d4 68766331 02", "AUDIO, 94 6d703461 01 02 00000003", "AUDIO, 90 61632d33"})
    void colourChannelAndEmptyHeadersAreConfigurations(Kind kind, String body) {
        Packet packet = packet(translate(kind, hex(body))).findFirst().orElseThrow();
        assertThat(packet.isConfig()).isTrue();
        assertThat(packet.body()).isEqualTo(hex(body));
    }

    @ParameterizedTest
    @CsvSource({"AUDIO, 91 61632d33 0b7738900c4043e1", "AUDIO, 91 65632d33 0b77 0003 3487 c000", "AUDIO, 2e fffb30c4",
        "AUDIO, 91 2e6d7033 fffb30c4"})
    void selfDescribingFramesNeedNoConfiguration(Kind kind, String body) {
        assertThat(packet(translate(kind, hex(body)))).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"AUDIO, 91 4f707573 fc, NO_CONFIG", "AUDIO, 91 664c6143 fff8, NO_CONFIG", "AUDIO, af 01 21, NO_CONFIG",
        "VIDEO, 91 61763031 12, NO_CONFIG", "VIDEO, 90 61763031, NO_MEDIA", "VIDEO, 92 68766331, NO_MEDIA",
        "AUDIO, 92 4f707573, NO_MEDIA"})
    void dropsFrameWithoutConfigurationOrMedia(Kind kind, String body, Drop reason) {
        assertThat(translate(kind, hex(body))).isEqualTo(new Result.Dropped(reason));
    }

    @Test
    void dropsFrameOfOtherCodecThanConfiguration() {
        translate(Kind.VIDEO, hex("90 76703039 01000000 000a820202020000"));
        assertThat(translate(Kind.VIDEO, hex("91 61763031 1200"))).isEqualTo(new Result.Dropped(Drop.NO_CONFIG));
    }

    @Test
    void eachTrackNeedsItsOwnConfiguration() {
        translate(Kind.VIDEO, hex("90 76703039 01000000 000a820202020000"));
        assertThat(translate(Kind.VIDEO, hex("96 01 76703039 01 82"))).isEqualTo(new Result.Dropped(Drop.NO_CONFIG));
        Packet config = packet(translate(Kind.VIDEO, hex("96 00 76703039 01 01000000 000a820202020000"))).findFirst()
                .orElseThrow();
        assertThat(config.track()).isEqualTo(1);
        assertThat(config.isConfig()).isTrue();
        Packet frame = packet(translate(Kind.VIDEO, hex("96 01 76703039 01 82"))).findFirst().orElseThrow();
        assertThat(frame.track()).isEqualTo(1);
        assertThat(frame.isKeyframe()).isTrue();
    }

    @Test
    void multitrackMessageIsOnePacketOfMainTrack() {
        translate(Kind.VIDEO, hex("96 20 76703039 01 00000c 01000000 000a820202020000"
                + "76703039 00 00000c 01000000 000a820202020000"));
        ByteBuffer body = hex("96 21 76703039 01 000001 82 76703039 00 000001 86");
        Packet packet = packet(translate(Kind.VIDEO, body)).findFirst().orElseThrow();
        assertThat(packet.track()).isZero();
        assertThat(packet.isKeyframe()).as("the keyframe is on track 1").isFalse();
        assertThat(packet.body()).isSameAs(body);
    }

    @Test
    void accepts16TracksOfKind() {
        for (int track = 0; track < 16; track++) {
            translate(Kind.AUDIO, hex("95 01 6d703461 %02x 21".formatted(track)));
        }
        assertThatThrownBy(() -> translate(Kind.AUDIO, hex("95 01 6d703461 10 21")))
                .isInstanceOf(OverLimitException.class).hasMessageContaining("is 17, the limit is 16");
        translate(Kind.VIDEO, hex("96 01 76703039 10 82"));
    }

    @Test
    void limitsColourConfiguration() {
        String colours = "d4 68766331" + "00".repeat(64 * 1024);
        assertThatThrownBy(() -> translate(Kind.VIDEO, hex(colours))).isInstanceOf(OverLimitException.class);
    }

    @Test
    void hevcLengthBeyondTagIsMalformed() {
        String hvcC = Clip.HEVC_CONFIG;
        translate(Kind.VIDEO, hex("90 68766331" + hvcC));
        assertThat(packet(translate(Kind.VIDEO, hex("91 68766331 000000 00000003 260100"))).findFirst().orElseThrow()
                .isKeyframe()).isTrue();
        assertThatThrownBy(() -> translate(Kind.VIDEO, hex("91 68766331 000000 00000004 260100")))
                .isInstanceOf(MalformedException.class);
    }

    private Result translate(FlvTag tag) {
        return translator.translate(0, 0, 0, switch (tag.type()) {
            case AUDIO -> Kind.AUDIO;
            case VIDEO -> Kind.VIDEO;
            case SCRIPT, SCRIPT_AMF3 -> Kind.DATA;
        }, tag.timestampMs(), tag.body());
    }

    private Result translate(Kind kind, ByteBuffer body) {
        return translator.translate(0, 0, 0, kind, 0, body);
    }

    private static Stream<Packet> packet(Result result) {
        return result instanceof Result.Translated(Packet packet) ? Stream.of(packet) : Stream.empty();
    }

    private static ByteBuffer config() {
        return Clip.TAGS.stream().filter(t -> t.type() == FlvTag.Type.VIDEO).findFirst().orElseThrow().body();
    }

    private static ByteBuffer hex(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
    }
}
