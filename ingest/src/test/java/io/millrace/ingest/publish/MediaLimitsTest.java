package io.millrace.ingest.publish;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.codec.AvcConfig;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.platform.publish.PublishSink.Kind;
import io.millrace.testkit.Clip;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Each limit is the configured one: a message at the limit is accepted, and one past it is not. */
class MediaLimitsTest {
    /** Stricter than the defaults; no two limits are equal. */
    private static final MediaLimits STRICT = new MediaLimits(900, 90, 3, 4, 5, 2, 6, 7);
    private static final VideoTagBody.Config AVC = Clip.TAGS.stream().filter(t -> t.type() == FlvTag.Type.VIDEO)
            .findFirst().map(t -> (VideoTagBody.Config) VideoTagBody.parse(t.body())).orElseThrow();
    private static final ByteBuffer HEVC = hex("90 68766331" + Clip.HEVC_CONFIG);
    private static final ByteBuffer AV1 = hex("90 61763031 81000c00 0a0a00000003b50d936be401");

    private final PacketTranslator translator = new PacketTranslator(STRICT);

    /** A message whose size or count a limit applies to, and the messages that must precede it. */
    record Counted(String what, int most, Kind kind, List<ByteBuffer> before, IntFunction<ByteBuffer> message) {
        Counted(String what, int most, Kind kind, IntFunction<ByteBuffer> message) {
            this(what, most, kind, List.of(), message);
        }

        @Override
        public String toString() {
            return what;
        }
    }

    static final List<Counted> MESSAGES = List.of(
            new Counted("an AVC configuration", 900, Kind.VIDEO, n -> padded(avc(1, 1, 30), n)),
            new Counted("an AAC configuration", 900, Kind.AUDIO, n -> padded(hex("af 00 1190"), n)),
            new Counted("an AC-3 configuration", 900, Kind.AUDIO, n -> padded(hex("90 61632d33"), n)),
            new Counted("colours", 900, Kind.VIDEO, n -> padded(hex("d4 68766331"), n)),
            new Counted("loudspeakers", 900, Kind.AUDIO, n -> padded(hex("94 6d703461"), n)),
            new Counted("an SPS", 90, Kind.VIDEO, n -> avc(1, 1, n)),
            new Counted("SPS", 3, Kind.VIDEO, n -> avc(n, 1, 30)),
            new Counted("PPS", 4, Kind.VIDEO, n -> avc(1, n, 30)),
            new Counted("NAL units of AVC", 5, Kind.VIDEO, List.of(avc(1, 1, 30)),
                    n -> hex("27 01 000000" + "00000002 419a".repeat(n))),
            new Counted("NAL units of HEVC", 5, Kind.VIDEO, List.of(HEVC),
                    n -> hex("91 68766331 000000" + "00000002 2601".repeat(n))),
            new Counted("OBUs", 5, Kind.VIDEO, List.of(AV1), n -> hex("91 61763031" + "1200".repeat(n))),
            new Counted("ModEx of video", 2, Kind.VIDEO, List.of(AV1),
                    n -> hex("97" + "02 000001 07".repeat(n - 1) + "02 000001 01 61763031 1200")),
            new Counted("ModEx of audio", 2, Kind.AUDIO,
                    n -> hex("97" + "02 000001 07".repeat(n - 1) + "02 000001 01 61632d33 0b7738900c4043e1")),
            new Counted("tracks of video", 6, Kind.VIDEO, n -> tracks("96 10 61763031", "81000c00", n)),
            new Counted("tracks of audio", 6, Kind.AUDIO, n -> tracks("95 10 6d703461", "1190", n)));

    @ParameterizedTest
    @FieldSource("MESSAGES")
    void acceptsMessageAtLimitOnly(Counted counted) {
        counted.before().forEach(message -> translate(counted.kind(), message));
        assertThat(translate(counted.kind(), counted.message().apply(counted.most())))
                .isInstanceOf(PacketTranslator.Result.Translated.class);
        assertThatThrownBy(() -> translate(counted.kind(), counted.message().apply(counted.most() + 1)))
                .isInstanceOf(OverLimitException.class)
                .hasMessageEndingWith("is " + (counted.most() + 1) + ", the limit is " + counted.most());
    }

    @Test
    void limitsParameterSetsOfHevc() {
        var strict = new PacketTranslator(new MediaLimits(900, 43, 1, 1, 1, 1, 1, 1));
        assertThatCode(() -> strict.translate(0, 0, 0, Kind.VIDEO, 0, HEVC.duplicate())).doesNotThrowAnyException();
        var stricter = new PacketTranslator(new MediaLimits(900, 42, 1, 1, 1, 1, 1, 1));
        assertThatThrownBy(() -> stricter.translate(0, 0, 0, Kind.VIDEO, 0, HEVC.duplicate()))
                .isInstanceOf(OverLimitException.class).hasMessageContaining("SPS.size: is 43, the limit is 42");
    }

    @Test
    void rejectedConfigurationDoesNotApplyToFrames() {
        assertThatThrownBy(() -> translate(Kind.VIDEO, avc(4, 1, 30))).isInstanceOf(OverLimitException.class);
        assertThat(translate(Kind.VIDEO, hex("17 01 000000 00000003 658800")))
                .isInstanceOf(PacketTranslator.Result.Dropped.class);
    }

    @ParameterizedTest
    @CsvSource({"0,65536,bytes of a sequence header", "1,4096,bytes of a parameter set", "2,31,SPS", "3,255,PPS",
        "4,2048,NAL units", "5,8,ModEx", "6,16,tracks", "7,1000,malformed messages"})
    void rejectsLimitOutOfRange(int index, int most, String what) {
        assertThat(with(index, 1)).isNotEqualTo(with(index, most));
        assertThatIllegalArgumentException().isThrownBy(() -> with(index, 0)).withMessageContaining(what)
                .withMessageContaining("less than 1");
        assertThatIllegalArgumentException().isThrownBy(() -> with(index, most + 1)).withMessageContaining(what)
                .withMessageContaining("more than " + most);
    }

    private static MediaLimits with(int index, int value) {
        int[] each = {1, 1, 1, 1, 1, 1, 1, 1};
        each[index] = value;
        return new MediaLimits(each[0], each[1], each[2], each[3], each[4], each[5], each[6], each[7]);
    }

    private PacketTranslator.Result translate(Kind kind, ByteBuffer body) {
        return translator.translate(0, 0, 0, kind, 0, body.duplicate());
    }

    /** Returns a sequence header with copies of the clip's parameter sets; each SPS has {@code bytes} bytes. */
    private static ByteBuffer avc(int sps, int pps, int bytes) {
        AvcConfig config = AvcConfig.parse(AVC.record());
        ByteWriter out = new ByteWriter().bytes(hex("17 00 000000").array())
                .bytes(AVC.record().slice(AVC.record().position(), 5)).uint8(0xE0 | sps);
        for (int i = 0; i < sps; i++) {
            ByteBuffer set = config.sps().getFirst();
            out.uint16(bytes).bytes(padded(set, bytes));
        }
        out.uint8(pps);
        for (int i = 0; i < pps; i++) {
            ByteBuffer set = config.pps().getFirst();
            out.uint16(set.remaining()).bytes(set);
        }
        return out.view();
    }

    private static ByteBuffer tracks(String head, String record, int count) {
        StringBuilder body = new StringBuilder(head);
        for (int track = 0; track < count; track++) {
            body.append("%02x %06x".formatted(track, hex(record).remaining())).append(record);
        }
        return hex(body.toString());
    }

    private static ByteBuffer padded(ByteBuffer bytes, int size) {
        return ByteBuffer.allocate(size).put(bytes.duplicate()).rewind();
    }

    private static ByteBuffer hex(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
    }
}
