package io.millrace.media.flv;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.Codec;
import io.millrace.media.flv.TagTracks.Track;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Enhanced RTMP v1 and v2: one table for parsing, for truncation at every byte, and for conversion for players. */
class EnhancedTagTest {
    /** @param player the body for a player without Enhanced RTMP v2; null for none, "=" for the same bytes */
    record Row<B>(String name, String hex, TagTracks<B> value, String player) {
        @Override
        public String toString() {
            return name;
        }
    }

    static final List<Row<VideoTagBody>> VIDEO = List.of(
            video("HEVC sequence start", "90 68766331 0101", config(Codec.HEVC, "0101"), "="),
            video("HEVC coded frames have a composition time", "91 68766331 000043 000000022601",
                    frame(Codec.HEVC, true, false, 67, "000000022601"), "="),
            video("and it may be negative", "a1 68766331 fffffe 0000000102",
                    frame(Codec.HEVC, false, false, -2, "0000000102"), "="),
            video("coded frames X have none", "a3 68766331 0000000102",
                    frame(Codec.HEVC, false, false, 0, "0000000102"), "="),
            video("AV1 has none either", "91 61763031 12000a", frame(Codec.AV1, true, false, 0, "12000a"), "="),
            video("AV1 as X, which mpegts.js does not take", "b3 61763031 1200",
                    frame(Codec.AV1, false, true, 0, "1200"), "b1 61763031 1200"),
            video("VP9", "a1 76703039 86", frame(Codec.VP9, false, false, 0, "86"), "="),
            video("AVC gets its legacy header", "91 61766331 000005 0000000165",
                    frame(Codec.AVC, true, false, 5, "0000000165"), "17 01 000005 0000000165"),
            video("AVC sequence start too", "90 61766331 0164", config(Codec.AVC, "0164"), "17 00 000000 0164"),
            video("sequence end", "92 68766331", new VideoTagBody.End(Codec.HEVC), "="),
            video("FFmpeg's empty colours, whose frame type means nothing", "d4 68766331 02",
                    new VideoTagBody.Metadata(Codec.HEVC, hex("02")), null),
            video("colours with another frame type", "94 61763031 02", new VideoTagBody.Metadata(Codec.AV1, hex("02")),
                    null),
            video("command frame: one byte, no codec", "d1 00", new VideoTagBody.Command(), null),
            video("legacy HEVC as CDNs know it", "1c 01 000043 0000000226", frame(Codec.HEVC, true, false, 67,
                    "0000000226"), "="),
            new Row<>("ModEx with nanoseconds", "97 02 0f423f 01 68766331 000000 0000000126",
                    new TagTracks<>(999_999, List.of(new Track<>(0, frame(Codec.HEVC, true, false, 0,
                            "0000000126")))),
                    "91 68766331 000000 0000000126"),
            new Row<>("ModEx twice, the first of a kind that nobody knows", "97 00 ff 57 02 000001 01 61763031 0a",
                    new TagTracks<>(1, List.of(new Track<>(0, frame(Codec.AV1, true, false, 0, "0a")))),
                    "91 61763031 0a"),
            new Row<>("ModEx of 257 bytes", "97 ff 0100" + "00".repeat(257) + "51 61763031 0a",
                    new TagTracks<>(0, List.of(new Track<>(0, frame(Codec.AV1, true, false, 0, "0a")))),
                    "91 61763031 0a"),
            new Row<>("ModEx before a command frame", "d7 00 00 51 00", one(0, new VideoTagBody.Command()), null),
            new Row<>("multitrack, one track, as FFmpeg 8 sends the second",
                    "96 01 61766331 01 000021 0000000165", one(1, frame(Codec.AVC, true, false, 33, "0000000165")),
                    null),
            new Row<>("multitrack, one track, the default one", "96 00 68766331 00 0101",
                    one(0, config(Codec.HEVC, "0101")), "90 68766331 0101"),
            new Row<>("multitrack, tracks of one codec, the default one second",
                    "a6 13 61766331 02 000005 0000000141 00 000006 000000024101",
                    new TagTracks<>(0, List.of(new Track<>(2, frame(Codec.AVC, false, false, 0, "0000000141")),
                            new Track<>(0, frame(Codec.AVC, false, false, 0, "000000024101")))),
                    "27 01 000000 000000024101"),
            new Row<>("multitrack, many codecs: the size counts the composition time",
                    "96 21 68766331 00 000008 000007 0000000126 76703039 01 000001 82",
                    new TagTracks<>(0, List.of(new Track<>(0, frame(Codec.HEVC, true, false, 7, "0000000126")),
                            new Track<>(1, frame(Codec.VP9, true, false, 0, "82")))),
                    "91 68766331 000007 0000000126"),
            new Row<>("multitrack, many codecs, one that nobody knows",
                    "96 21 78787878 01 000002 ffff 76703039 02 000001 82",
                    one(2, frame(Codec.VP9, true, false, 0, "82")), null));

    static final List<Row<AudioTagBody>> AUDIO = List.of(
            audio("Opus sequence start", "90 4f707573 4f707573", sound(Codec.OPUS, "4f707573"), "="),
            audio("Opus sequence start without a header", "90 4f707573", sound(Codec.OPUS, ""), "="),
            audio("Opus", "91 4f707573 fc", audioFrame(Codec.OPUS, "fc"), "="),
            audio("FLAC", "91 664c6143 fff8", audioFrame(Codec.FLAC, "fff8"), "="),
            audio("AC-3", "91 61632d33 0b77", audioFrame(Codec.AC3, "0b77"), "="),
            audio("E-AC-3", "91 65632d33 0b77", audioFrame(Codec.EAC3, "0b77"), "="),
            audio("AAC gets its legacy header", "91 6d703461 2110", audioFrame(Codec.AAC, "2110"), "af 01 2110"),
            audio("AAC sequence start too", "90 6d703461 1190", sound(Codec.AAC, "1190"), "af 00 1190"),
            audio("MP3 gets its legacy header", "91 2e6d7033 fffb90", audioFrame(Codec.MP3, "fffb90"), "2f fffb90"),
            audio("MP3 sequence start says nothing", "90 2e6d7033", sound(Codec.MP3, ""), null),
            audio("legacy MP3", "2e fffb30", audioFrame(Codec.MP3, "fffb30"), "="),
            audio("legacy MP3 at 8 kHz, which mpegts.js does not take", "ee ffe3", audioFrame(Codec.MP3, "ffe3"),
                    "2f ffe3"),
            audio("a frame of no bytes, as FFmpeg ends FLAC", "91 664c6143", new AudioTagBody.Silence(), null),
            audio("sequence end", "92 4f707573", new AudioTagBody.Silence(), null),
            audio("loudspeakers", "94 6d703461 01 06 0000003f",
                    new AudioTagBody.MultichannelConfig(Codec.AAC, hex("01060000003f")), null),
            new Row<>("ModEx", "97 02 000007 01 4f707573 fc",
                    new TagTracks<>(7, List.of(new Track<>(0, audioFrame(Codec.OPUS, "fc")))), "91 4f707573 fc"),
            new Row<>("multitrack, one track", "95 01 6d703461 01 2110", one(1, audioFrame(Codec.AAC, "2110")), null),
            new Row<>("multitrack, the default track", "95 01 6d703461 00 2110", one(0, audioFrame(Codec.AAC, "2110")),
                    "af 01 2110"),
            new Row<>("multitrack, many codecs", "95 21 4f707573 00 000001 fc 664c6143 01 000002 fff8",
                    new TagTracks<>(0, List.of(new Track<>(0, audioFrame(Codec.OPUS, "fc")),
                            new Track<>(1, audioFrame(Codec.FLAC, "fff8")))),
                    "91 4f707573 fc"));

    record Broken(String name, String hex, Class<? extends MediaException> fault, String says) {
        @Override
        public String toString() {
            return name;
        }
    }

    static final List<Broken> BROKEN_VIDEO = List.of(
            new Broken("nine modifiers", "97" + "000057".repeat(8) + "00 00 51 61763031", OverLimitException.class,
                    "is 9, the limit is 8"),
            new Broken("a million nanoseconds", "97 02 0f4240 01 68766331", MalformedException.class, "1000000"),
            new Broken("nanoseconds of two bytes", "97 01 0001 01 68766331", MalformedException.class,
                    "timestampOffsetNano"),
            new Broken("a modifier beyond the message", "97 05 0000", MalformedException.class, "modExData"),
            new Broken("a track beyond the message", "96 11 61766331 00 000006 0000000165", MalformedException.class,
                    "needs 6 bytes, 5 remain"),
            new Broken("tracks that leave a byte over", "96 11 61763031 00 000001 0a 01", MalformedException.class,
                    "sizeOfTrack"),
            new Broken("no track", "96 11 61766331", MalformedException.class, "trackId"),
            new Broken("17 tracks", "96 11 61763031" + "00 000001 0a".repeat(17), OverLimitException.class,
                    "is 17, the limit is 16"),
            new Broken("multitrack within multitrack", "96 06 61763031", MalformedException.class, "Multitrack"),
            new Broken("a mode that nobody knows", "96 31 61763031", UnsupportedException.class, "is 3"),
            new Broken("no codec that we know", "96 21 78787878 01 000000", UnsupportedException.class, "xxxx"),
            new Broken("a codec with control characters", "90 00010203", UnsupportedException.class, "????"),
            new Broken("audio's codec", "91 4f707573 fc", UnsupportedException.class, "Opus"),
            new Broken("frame type 0", "81 61763031 0a", UnsupportedException.class, "FrameType"),
            new Broken("frame type 6", "e1 61763031 0a", UnsupportedException.class, "FrameType"),
            new Broken("composition time cut short", "91 68766331 0000", MalformedException.class, "CompositionTime"));

    @ParameterizedTest
    @FieldSource("VIDEO")
    void readsVideo(Row<VideoTagBody> row) {
        assertThat(VideoTagBody.parseTracks(hex(row.hex()))).isEqualTo(row.value());
        assertThat(VideoTagBody.parse(hex(row.hex()))).isEqualTo(row.value().main().body());
    }

    @ParameterizedTest
    @FieldSource("AUDIO")
    void readsAudio(Row<AudioTagBody> row) {
        assertThat(AudioTagBody.parseTracks(hex(row.hex()))).isEqualTo(row.value());
        assertThat(AudioTagBody.parse(hex(row.hex()))).isEqualTo(row.value().main().body());
    }

    @ParameterizedTest
    @FieldSource("VIDEO")
    void convertsVideoForPlayers(Row<VideoTagBody> row) {
        ByteBuffer body = hex("ff" + row.hex()).position(1);
        assertPlayer(body, PlayerTagBody.video(body).orElse(null), row.player());
    }

    @ParameterizedTest
    @FieldSource("AUDIO")
    void convertsAudioForPlayers(Row<AudioTagBody> row) {
        ByteBuffer body = hex("ff" + row.hex()).position(1);
        assertPlayer(body, PlayerTagBody.audio(body).orElse(null), row.player());
    }

    private static void assertPlayer(ByteBuffer body, ByteBuffer player, String expected) {
        switch (expected) {
            case null -> assertThat(player).isNull();
            case "=" -> assertThat(player).as("without a copy").isSameAs(body);
            default -> assertThat(player).isEqualTo(hex(expected));
        }
        assertThat(body.position()).isEqualTo(1);
    }

    @ParameterizedTest
    @FieldSource("BROKEN_VIDEO")
    void refuses(Broken row) {
        assertThatThrownBy(() -> VideoTagBody.parse(hex(row.hex()))).isInstanceOf(row.fault())
                .hasMessageContaining(row.says());
    }

    /** A message truncated at any byte returns a value or throws a typed exception. */
    @ParameterizedTest
    @FieldSource({"VIDEO", "AUDIO"})
    void survivesEveryCut(Row<?> row) {
        byte[] bytes = hex(row.hex()).array();
        for (int size = 0; size < bytes.length; size++) {
            ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(bytes, size));
            try {
                assertThat(VideoTagBody.parse(cut)).isNotNull();
            } catch (MediaException fault) {
                assertThat(fault.getMessage()).isNotBlank();
            }
            try {
                assertThat(AudioTagBody.parse(cut)).isNotNull();
            } catch (MediaException fault) {
                assertThat(fault.getMessage()).isNotBlank();
            }
        }
    }

    @Example
    void accepts16Tracks() {
        assertThat(VideoTagBody.parseTracks(hex("96 11 61763031" + "00 000001 0a".repeat(16))).tracks()).hasSize(16);
    }

    @Example
    void callerMaySetLowerLimitOfModifiers() {
        ByteBuffer video = hex("97 02 00002a 07 02 00002a 01 61763031 0a");
        assertThat(VideoTagBody.parseTracks(video, 2).offsetNanos()).isEqualTo(42);
        assertThatThrownBy(() -> VideoTagBody.parseTracks(video, 1)).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("count: is 2, the limit is 1");
        ByteBuffer audio = hex("97 02 00002a 07 02 00002a 01 4f707573 fc");
        assertThat(AudioTagBody.parseTracks(audio, 2).offsetNanos()).isEqualTo(42);
        assertThatThrownBy(() -> AudioTagBody.parseTracks(audio, 1)).isInstanceOf(OverLimitException.class);
    }

    @Property
    void roundTripsBodies(@ForAll @Size(min = 1, max = 40) byte[] bytes, @ForAll Codec codec) {
        ByteBuffer data = ByteBuffer.wrap(bytes);
        if (codec.isVideo()) {
            for (VideoTagBody body : List.of(new VideoTagBody.Config(codec, data), new VideoTagBody.End(codec),
                    new VideoTagBody.Metadata(codec, data), new VideoTagBody.Frame(codec, true, false, 0, data))) {
                assertThat(VideoTagBody.parse(TagBodyWriter.write(body))).isEqualTo(body);
            }
        } else {
            for (AudioTagBody body : List.of(new AudioTagBody.Config(codec, data), new AudioTagBody.Frame(codec, data),
                    new AudioTagBody.MultichannelConfig(codec, data))) {
                assertThat(AudioTagBody.parse(TagBodyWriter.write(body))).isEqualTo(body);
            }
        }
        assertThat(data.position()).isZero();
    }

    private static Row<VideoTagBody> video(String name, String hex, VideoTagBody body, String player) {
        return new Row<>(name, hex, one(0, body), player);
    }

    private static Row<AudioTagBody> audio(String name, String hex, AudioTagBody body, String player) {
        return new Row<>(name, hex, one(0, body), player);
    }

    private static <B> TagTracks<B> one(int id, B body) {
        return new TagTracks<>(0, List.of(new Track<>(id, body)));
    }

    private static VideoTagBody config(Codec codec, String hex) {
        return new VideoTagBody.Config(codec, hex(hex));
    }

    private static VideoTagBody frame(Codec codec, boolean key, boolean disposable, int compositionTimeMs, String hex) {
        return new VideoTagBody.Frame(codec, key, disposable, compositionTimeMs, hex(hex));
    }

    private static AudioTagBody sound(Codec codec, String hex) {
        return new AudioTagBody.Config(codec, hex(hex));
    }

    private static AudioTagBody audioFrame(Codec codec, String hex) {
        return new AudioTagBody.Frame(codec, hex(hex));
    }

    private static ByteBuffer hex(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
    }
}
