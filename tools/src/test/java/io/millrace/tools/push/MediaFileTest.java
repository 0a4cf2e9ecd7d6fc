package io.millrace.tools.push;

import io.millrace.media.amf.Amf0Reader;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.Codec;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.media.rtmp.MediaKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class MediaFileTest {
    private static List<MediaMessage> read(Path path) throws IOException {
        try (MediaFile file = MediaFile.open(path)) {
            return read(file);
        }
    }

    private static List<MediaMessage> read(MediaFile file) throws IOException {
        List<MediaMessage> messages = new ArrayList<>();
        for (Optional<MediaMessage> next = file.next(); next.isPresent(); next = file.next()) {
            messages.add(next.get());
        }
        return messages;
    }

    private static List<MediaMessage> of(MediaKind kind, List<MediaMessage> messages) {
        return messages.stream().filter(m -> m.kind() == kind).toList();
    }

    @Test
    void omitsEndOfSequence() throws IOException {
        List<MediaMessage> video = of(MediaKind.VIDEO, read(TestFiles.path("remuxed.flv")));
        byte[] file = Files.readAllBytes(TestFiles.path("remuxed.flv"));
        assertThat(HexFormat.of().formatHex(file)).contains("1702000000" + "00000010");
        assertThat(video).noneMatch(m -> VideoTagBody.parse(m.body()) instanceof VideoTagBody.End);
    }

    @ParameterizedTest
    @ValueSource(strings = {"moov-first.mp4", "moov-last.mp4"})
    void mp4ResultsInMessagesLikeFfmpegs(String name) throws IOException {
        List<MediaMessage> ours = read(TestFiles.path(name));
        List<MediaMessage> theirs = read(TestFiles.path("remuxed.flv"));
        for (MediaKind kind : List.of(MediaKind.VIDEO, MediaKind.AUDIO)) {
            assertThat(of(kind, ours)).hasSameSizeAs(of(kind, theirs)).hasSizeGreaterThan(10);
            for (int i = 0; i < of(kind, ours).size(); i++) {
                assertSame(of(kind, ours).get(i), of(kind, theirs).get(i));
            }
        }
    }

    /** FFmpeg rounds times to the nearest millisecond; we round down. */
    private static void assertSame(MediaMessage ours, MediaMessage theirs) {
        assertThat(ours.config()).isEqualTo(theirs.config());
        assertThat(ours.timestampMs()).isCloseTo(theirs.timestampMs(), within(1L));
        if (ours.kind() == MediaKind.AUDIO) {
            assertThat(AudioTagBody.parse(ours.body())).isEqualTo(AudioTagBody.parse(theirs.body()));
        } else if (VideoTagBody.parse(ours
                .body()) instanceof VideoTagBody.Frame(var codec, var key, var disposable, var compositionTimeMs, ByteBuffer data)) {
            var other = (VideoTagBody.Frame) VideoTagBody.parse(theirs.body());
            assertThat(new VideoTagBody.Frame(codec, key, disposable, other.compositionTimeMs(), data))
                    .isEqualTo(other);
            assertThat(compositionTimeMs).isCloseTo(other.compositionTimeMs(), within(1));
        } else {
            assertThat(ours.body()).isEqualTo(theirs.body());
        }
    }

    @Test
    void metadataAndSequenceHeadersComeFirst() throws IOException {
        List<MediaMessage> messages = read(TestFiles.path("moov-last.mp4"));
        assertThat(messages.subList(0, 3)).extracting(MediaMessage::kind)
                .containsExactly(MediaKind.DATA, MediaKind.VIDEO, MediaKind.AUDIO);
        assertThat(messages.subList(0, 3)).extracting(MediaMessage::config).containsExactly(false, true, true);
        assertThat(messages).extracting(MediaMessage::timestampMs).isSorted().startsWith(0L, 0L, 0L, 0L);
    }

    @Test
    void metadataMatchesConfigurations() throws IOException {
        AmfValue.EcmaArray array = metadata(TestFiles.path("moov-last.mp4"));
        assertThat(array.number("width")).contains(64.0);
        assertThat(array.number("height")).contains(48.0);
        assertThat(array.number("framerate")).contains(25.0);
        assertThat(array.number("videocodecid")).contains(7.0);
        assertThat(array.number("audiocodecid")).contains(10.0);
        assertThat(array.number("audiosamplerate")).contains(44_100.0);
        assertThat(array.fields()).containsEntry("stereo", new AmfValue.Bool(false));
    }

    @Test
    void removesFileOnlyMetadata() throws IOException {
        byte[] bytes = Files.readAllBytes(TestFiles.path("recorded.flv"));
        assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).contains("filepositions");
        AmfValue.EcmaArray array = metadata(TestFiles.path("recorded.flv"));
        assertThat(array.fields()).doesNotContainKeys("duration", "filesize", "keyframes");
        assertThat(array.number("width")).contains(64.0);
    }

    private static AmfValue.EcmaArray metadata(Path path) throws IOException {
        MediaMessage first = read(path).getFirst();
        List<AmfValue> values = new Amf0Reader(first.body(), Amf0Reader.Limits.DATA).readAll();
        assertThat(values.getFirst()).isEqualTo(new AmfValue.Text("onMetaData"));
        return (AmfValue.EcmaArray) values.get(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"moov-last.mp4", "recorded.flv"})
    void rewindRepeatsSameMessages(String name) throws IOException {
        try (MediaFile file = MediaFile.open(TestFiles.path(name))) {
            List<MediaMessage> first = read(file);
            file.rewind();
            assertThat(read(file)).isEqualTo(first);
        }
    }

    @Test
    void fragmentedMp4HasSameFrames() throws IOException {
        List<MediaMessage> whole = read(TestFiles.path("moov-last.mp4"));
        List<MediaMessage> fragmented = read(TestFiles.path("fragmented.mp4"));
        for (MediaKind kind : List.of(MediaKind.VIDEO, MediaKind.AUDIO)) {
            assertThat(of(kind, fragmented)).extracting(MediaMessage::body)
                    .isEqualTo(of(kind, whole).stream().map(MediaMessage::body).toList());
        }
    }

    @Test
    void sendsHevcAsEnhancedRtmp() throws IOException {
        List<MediaMessage> video = of(MediaKind.VIDEO, read(TestFiles.path("hevc.mp4")));
        assertThat(VideoTagBody.parse(video.getFirst().body())).isInstanceOfSatisfying(VideoTagBody.Config.class,
                config -> assertThat(config.codec()).isEqualTo(Codec.HEVC));
        assertThat(metadata(TestFiles.path("hevc.mp4")).number("videocodecid")).contains((double) 0x6876_6331);
    }

    @Test
    void reportsEmptyFile(@TempDir Path dir) throws IOException {
        Path file = Files.createFile(dir.resolve("file"));
        assertThatThrownBy(() -> MediaFile.open(file)).isInstanceOf(IOException.class).hasMessage("it is empty");
    }

    @Test
    void detectsFormatByContent(@TempDir Path dir) throws IOException {
        Path flvByName = Files.copy(TestFiles.path("moov-first.mp4"), dir.resolve("a.flv"));
        assertThat(read(flvByName)).isEqualTo(read(TestFiles.path("moov-first.mp4")));
    }

    @Test
    void truncatedFlvFailsAfterLastWholeTag(@TempDir Path dir) throws IOException {
        byte[] bytes = Files.readAllBytes(TestFiles.path("remuxed.flv"));
        List<MediaMessage> whole = read(TestFiles.path("remuxed.flv"));
        List<MediaMessage> seen = new ArrayList<>();
        try (MediaFile cut = MediaFile
                .open(Files.write(dir.resolve("cut"), Arrays.copyOf(bytes, bytes.length / 2 - 30)))) {
            assertThatThrownBy(() -> {
                while (true) {
                    seen.add(cut.next().orElseThrow());
                }
            }).isInstanceOf(MalformedException.class).hasMessageContaining("is truncated");
        }
        assertThat(seen).hasSizeBetween(5, whole.size() - 1).isEqualTo(whole.subList(0, seen.size()));
        Path header = Files.write(dir.resolve("header"), Arrays.copyOf(bytes, 8));
        assertThatThrownBy(() -> read(header)).isInstanceOf(MalformedException.class);
    }

    @Test
    void truncatedMp4Fails(@TempDir Path dir) throws IOException {
        byte[] first = Files.readAllBytes(TestFiles.path("moov-first.mp4"));
        Path noSamples = Files.write(dir.resolve("no-samples"), Arrays.copyOf(first, first.length - 1));
        assertThatThrownBy(() -> MediaFile.open(noSamples)).isInstanceOf(MalformedException.class);
        byte[] last = Files.readAllBytes(TestFiles.path("moov-last.mp4"));
        Path noMoov = Files.write(dir.resolve("no-moov"), Arrays.copyOf(last, 32));
        assertThatThrownBy(() -> read(noMoov)).isInstanceOf(MalformedException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"FL", "\u001aE\u00df\u00a3 matroska", "just some text"})
    void rejectsOtherContent(String content, @TempDir Path dir) throws IOException {
        Path file = Files.writeString(dir.resolve("file"), content);
        assertThatThrownBy(() -> MediaFile.open(file)).isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("FLV and MP4");
    }
}
