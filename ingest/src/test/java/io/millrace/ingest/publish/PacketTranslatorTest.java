package io.millrace.ingest.publish;

import io.millrace.ingest.Clip;
import io.millrace.ingest.IngestMeters.Drop;
import io.millrace.ingest.publish.PacketTranslator.Result;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.flv.FlvTag;
import io.millrace.platform.log.Packet;
import io.millrace.platform.rtmp.PublishSink.Kind;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PacketTranslatorTest {
    private final PacketTranslator translator = new PacketTranslator();

    @Test
    void readsWhatFfmpegPublishes() {
        List<Packet> packets = Clip.TAGS.stream().map(this::translate).flatMap(PacketTranslatorTest::packet).toList();
        List<Packet> video = packets.stream().filter(p -> p.kind() == Packet.Kind.VIDEO).toList();
        assertThat(video.getFirst().config()).isTrue();
        List<Packet> frames = video.stream().filter(p -> !p.config()).toList();
        assertThat(frames).hasSize(20);
        assertThat(frames.stream().map(Packet::keyframe).toList()).startsWith(true, false, false, false, false, true);
        assertThat(frames.stream().filter(Packet::keyframe)).hasSize(4);
        assertThat(frames.stream().map(Packet::compositionTimeMs).toList()).startsWith(200, 400, 100);
        assertThat(frames.stream().map(Packet::timestampMs).toList()).startsWith(0L, 100L, 200L);
        List<Packet> audio = packets.stream().filter(p -> p.kind() == Packet.Kind.AUDIO).toList();
        assertThat(audio.getFirst().config()).isTrue();
        assertThat(audio.stream().skip(1)).noneMatch(Packet::config).noneMatch(Packet::keyframe).isNotEmpty();
        assertThat(packets.stream().filter(p -> p.kind() == Packet.Kind.DATA)).hasSize(1);
    }

    @Test
    void keepsBodiesVerbatimAndWithoutACopy() {
        ByteBuffer body = config();
        Packet packet = packet(translator.translate(3, 4, 5, Kind.VIDEO, 0, body)).findFirst().orElseThrow();
        assertThat(packet.body()).isSameAs(body);
        assertThat(body.position()).isZero();
        assertThat(packet).isEqualTo(
                new Packet(3, 4, 5, 0, 0, Packet.Kind.VIDEO, 0, false, false, true, body));
    }

    @Test
    void aFrameFlaggedAsKeyWithoutAnIdrIsARecoveryPointAndNoKeyframe() {
        translate(Kind.VIDEO, config());
        Packet packet = packet(translate(Kind.VIDEO, hex("17 01 000000 00000003 419a00"))).findFirst().orElseThrow();
        assertThat(packet.keyframe()).isFalse();
        assertThat(packet.recoveryPoint()).isTrue();
    }

    @Test
    void anIdrIsAKeyframeWhateverTheFlagSays() {
        translate(Kind.VIDEO, config());
        Packet packet = packet(translate(Kind.VIDEO, hex("27 01 fffffb 00000003 658800"))).findFirst().orElseThrow();
        assertThat(packet.keyframe()).isTrue();
        assertThat(packet.recoveryPoint()).isFalse();
        assertThat(packet.compositionTimeMs()).isEqualTo(-5);
    }

    @Test
    void lengthsThatDoNotFitAreMalformed() {
        translate(Kind.VIDEO, config());
        assertThatThrownBy(() -> translate(Kind.VIDEO, hex("17 01 000000 00000004 658800")))
                .isInstanceOf(MalformedException.class);
    }

    @ParameterizedTest
    @CsvSource({"VIDEO, 27 01 000000 00000003 419a00, NO_CONFIG", "VIDEO, 17 02 000000, NO_MEDIA",
        "VIDEO, 57 00, NO_MEDIA", "AUDIO, '', NO_MEDIA", "AUDIO, af 01, NO_MEDIA"})
    void dropsWhatNobodyCanShow(Kind kind, String body, Drop reason) {
        assertThat(translate(kind, hex(body))).isEqualTo(new Result.Dropped(reason));
    }

    @ParameterizedTest
    @CsvSource({"VIDEO, 1c 01 000000 00", "VIDEO, 90 68766331 00", "VIDEO, 12 00", "AUDIO, 2f ff",
        "AUDIO, 90 4f707573"})
    void saysThatACodecIsNotSupported(Kind kind, String body) {
        assertThatThrownBy(() -> translate(kind, hex(body))).isInstanceOf(UnsupportedException.class);
    }

    @Test
    void tracksStayTogetherIfTheStampsWrapBetweenTheirFirstMessages() {
        Packet video = packet(translator.translate(0, 0, 0, Kind.VIDEO, -16, config())).findFirst().orElseThrow();
        Packet audio = packet(translator.translate(0, 0, 0, Kind.AUDIO, 16, hex("af 00 1388"))).findFirst()
                .orElseThrow();
        assertThat(video.timestampMs()).isEqualTo(0xFFFF_FFF0L);
        assertThat(audio.timestampMs()).isEqualTo(0x1_0000_0010L);
    }

    @Test
    void dataWithStampZeroDoesNotLeadTheMedia() {
        translator.translate(0, 0, 0, Kind.DATA, 0, hex("00"));
        Packet video = packet(translator.translate(0, 0, 0, Kind.VIDEO, 0xF000_0000, config())).findFirst()
                .orElseThrow();
        assertThat(video.timestampMs()).isEqualTo(0xF000_0000L);
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
