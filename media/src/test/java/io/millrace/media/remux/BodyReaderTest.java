package io.millrace.media.remux;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.Codec;
import io.millrace.media.flv.FlvTag;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BodyReaderTest {
    /** After 100 days: more than 32 bits of milliseconds. */
    private static final long TIME_MS = 8_640_000_000L;

    /** @param media of all tracks, in wire order */
    record Row(String name, boolean video, String hex, List<TrackMedia> media, int main) {
        @Override
        public String toString() {
            return name;
        }
    }

    static final List<Row> BODIES = List.of(
            video("legacy AVC", "17 01 000043 0000000165", picture(0, Codec.AVC, 67, true, "0000000165")),
            video("legacy AVC sequence header", "17 00 000000 0164", config(0, Codec.AVC, "0164")),
            video("legacy end of sequence", "17 02 000000", new TrackMedia.None(0)),
            video("command", "57 00", new TrackMedia.None(0)),
            video("empty message", "", new TrackMedia.None(0)),
            video("generated keyframe", "c3 61763031 1200", picture(0, Codec.AV1, 0, true, "1200")),
            video("HEVC that is shown before it is decoded", "a1 68766331 fffffe 0000000102",
                    picture(0, Codec.HEVC, -2, false, "0000000102")),
            video("colours", "94 61763031 02",
                    new TrackMedia.Presentation(0, Codec.AV1, hex("02"))),
            new Row("multitrack video, the main track second", true,
                    "a6 11 61766331 02 000005 0000000141 00 000006 000007024101",
                    List.of(picture(2, Codec.AVC, 0, false, "0141"), picture(0, Codec.AVC, 7, false, "024101")), 1),
            audio("legacy AAC", "af 01 2110", sound(0, Codec.AAC, "2110")),
            audio("legacy AAC sequence header", "af 00 1190", config(0, Codec.AAC, "1190")),
            audio("legacy MP3", "2f fffb30", sound(0, Codec.MP3, "fffb30")),
            audio("Opus", "91 4f707573 fc", sound(0, Codec.OPUS, "fc")),
            audio("nanoseconds, which are left out", "97 02 000007 01 4f707573 fc", sound(0, Codec.OPUS, "fc")),
            audio("empty frame", "91 664c6143", new TrackMedia.None(0)),
            audio("loudspeakers", "94 6d703461 01 06 0000003f",
                    new TrackMedia.Presentation(0, Codec.AAC, hex("01060000003f"))),
            new Row("multitrack audio", false, "95 21 4f707573 01 000001 fc 664c6143 02 000002 fff8",
                    List.of(sound(1, Codec.OPUS, "fc"), sound(2, Codec.FLAC, "fff8")), 0));

    private static Row video(String name, String hex, TrackMedia media) {
        return new Row(name, true, hex, List.of(media), 0);
    }

    private static Row audio(String name, String hex, TrackMedia media) {
        return new Row(name, false, hex, List.of(media), 0);
    }

    private static TrackMedia picture(int track, Codec codec, int compositionMs, boolean key, String hex) {
        return new TrackMedia.AccessUnit(track, codec, TIME_MS, compositionMs, key, hex(hex));
    }

    private static TrackMedia sound(int track, Codec codec, String hex) {
        return new TrackMedia.AccessUnit(track, codec, TIME_MS, 0, true, hex(hex));
    }

    private static TrackMedia config(int track, Codec codec, String hex) {
        return new TrackMedia.Configuration(track, codec, hex(hex));
    }

    @ParameterizedTest
    @FieldSource("BODIES")
    void readsTracks(Row row) {
        ByteBuffer body = hex("ff" + row.hex()).position(1);
        assertThat(row.video()
                ? BodyReader.videoTracks(TIME_MS, body, 1)
                : BodyReader.audioTracks(TIME_MS, body, 1)).isEqualTo(row.media());
        assertThat(row.video()
                ? BodyReader.video(BodyReader.FLV_TAG, TIME_MS, body)
                : BodyReader.audio(BodyReader.FLV_TAG, TIME_MS, body)).isEqualTo(row.media().get(row.main()));
        assertThat(body.position()).isEqualTo(1);
    }

    @Test
    void presentationTimeIsThatOfTheLongTimeline() {
        var unit = (TrackMedia.AccessUnit) BodyReader.video(0, TIME_MS, hex("27 01 fffffe 0000000141"));
        assertThat(unit.presentationMs()).isEqualTo(TIME_MS - 2);
    }

    @Test
    void readsTags() {
        assertThat(BodyReader.tag(new FlvTag(FlvTag.Type.VIDEO, -5, hex("17 00 000000 0164"))))
                .isEqualTo(config(0, Codec.AVC, "0164"));
        assertThat(BodyReader.tag(new FlvTag(FlvTag.Type.AUDIO, -5, hex("af 01 2110"))))
                .isEqualTo(new TrackMedia.AccessUnit(0, Codec.AAC, -5, 0, true, hex("2110")));
        assertThatThrownBy(() -> BodyReader.tag(new FlvTag(FlvTag.Type.SCRIPT, 0, hex("02"))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** The first four bits of a body, legacy and enhanced. */
    @ParameterizedTest
    @ValueSource(strings = {"17", "47", "91", "c1"})
    void seesClaimOfKeyframeWithoutParsing(String head) {
        assertThat(BodyReader.isFlaggedKey(0, hex("ff" + head).position(1))).isTrue();
        assertThat(BodyReader.isFlaggedKey(0, hex("27"))).isFalse();
        assertThat(BodyReader.isFlaggedKey(0, hex("a1"))).isFalse();
        assertThat(BodyReader.isFlaggedKey(0, hex("d1"))).isFalse();
    }

    @Test
    void limitsModifiers() {
        ByteBuffer two = hex("97 02 000001 07 02 000001 01 61632d33 0b77");
        assertThat(BodyReader.audioTracks(0, two, 2)).hasSize(1);
        assertThatThrownBy(() -> BodyReader.audioTracks(0, two, 1)).isInstanceOf(OverLimitException.class);
        assertThatThrownBy(() -> BodyReader.videoTracks(0, hex("97 00 00 57 00 00 51 61763031 0a"), 1))
                .isInstanceOf(OverLimitException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, -1, 1L << 32})
    void namesFormatThatItDoesNotKnow(long format) {
        ByteBuffer body = hex("17 01 000000 0000000165");
        List<Runnable> reads = List.of(() -> BodyReader.requireKnown(format), () -> BodyReader.video(format, 0, body),
                () -> BodyReader.audio(format, 0, body), () -> BodyReader.isFlaggedKey(format, body),
                () -> BodyReader.hasVideo(format, body), () -> BodyReader.hasAudio(format, body));
        for (Runnable read : reads) {
            assertThatThrownBy(read::run).isInstanceOf(UnsupportedException.class)
                    .hasMessage("Packet.bodyFormat: is " + format + ", supported: 0 (FLV tag body)");
        }
    }

    @Test
    void bodyOfAnotherKindIsNotRead() {
        assertThatThrownBy(() -> BodyReader.video(0, 0, hex("91 4f707573 fc"))).isInstanceOf(MediaException.class);
        assertThatThrownBy(() -> BodyReader.audio(0, 0, hex("91 61763031 0a"))).isInstanceOf(MediaException.class);
    }

    private static ByteBuffer hex(String digits) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(digits.replace(" ", "")));
    }
}
