package io.millrace.media.mpegts;

import io.millrace.media.mpegts.TsSample.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

/** FFmpeg decodes the muxer's output without warnings to the pictures and audio of the source. */
@Tag("slow")
class TsFfmpegTest {
    private static final Clip CLIP = Clip.load();

    @TempDir
    Path dir;

    @BeforeAll
    static void needsFfmpeg() throws IOException, InterruptedException {
        try {
            new ProcessBuilder("ffmpeg", "-version").redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        } catch (IOException _) {
            System.err.println("SKIPPED TsFfmpegTest: install ffmpeg (apt-get install ffmpeg)");
            abort("needs ffmpeg");
        }
    }

    @Test
    void decodesToSourceFrames() throws Exception {
        Path source = dir.resolve("source.flv");
        Files.write(source, Clip.resource("/mpegts/av.flv"));
        for (int seed = 0; seed < 4; seed++) {
            Path muxed = write("all" + seed + ".ts", CLIP.muxAll(new Random(seed), 1 + 7 * seed));
            assertThat(frames(muxed, "0:v")).hasSize(90).isEqualTo(frames(source, "0:v"));
            assertThat(frames(muxed, "0:a")).isEqualTo(frames(source, "0:a"));
        }
    }

    @Test
    void decodesOneTrackAlone() throws Exception {
        Path source = dir.resolve("source.flv");
        Files.write(source, Clip.resource("/mpegts/av.flv"));
        Path video = write("video.ts", CLIP.only(Kind.VIDEO).muxAll(new Random(1), 5));
        Path audio = write("audio.ts", CLIP.only(Kind.AUDIO).muxAll(new Random(1), 5));
        assertThat(frames(video, "0:v")).hasSize(90).isEqualTo(frames(source, "0:v"));
        assertThat(frames(audio, "0:a")).isEqualTo(frames(source, "0:a"));
    }

    @Test
    void decodesAcrossFiller() throws Exception {
        List<List<ByteBuffer>> segments = new ArrayList<>();
        for (List<TsSample> segment : CLIP.segments()) {
            List<TsSample> tail = segment.stream().filter(s -> s.kind() == Kind.AUDIO).skip(5).toList();
            List<TsSample> rest = segment.stream().filter(s -> !tail.contains(s)).toList();
            segments.add(CLIP.mux(List.of(rest, tail), segments.size()));
        }
        Path source = dir.resolve("source.flv");
        Files.write(source, Clip.resource("/mpegts/av.flv"));
        Path muxed = write("filler.ts", segments);
        assertThat(frames(muxed, "0:v")).hasSize(90).isEqualTo(frames(source, "0:v"));
        assertThat(frames(muxed, "0:a")).isEqualTo(frames(source, "0:a"));
    }

    @Test
    void segmentsDecodeIndependently() throws Exception {
        int pictures = 0;
        for (List<ByteBuffer> segment : CLIP.muxAll(new Random(9), 6)) {
            pictures += frames(write("one.ts", List.of(segment)), "0:v").size();
        }
        assertThat(pictures).isEqualTo(90);
    }

    @Test
    void ffprobeReadsMuxedTimes() throws Exception {
        Path muxed = write("times.ts", CLIP.muxAll(new Random(2), 8));
        assertThat(times(muxed, "v")).isEqualTo(CLIP.of(Kind.VIDEO).stream().map(TsFfmpegTest::times).toList());
    }

    private static String times(TsSample sample) {
        return sample.pts90k() + "," + sample.dts90k();
    }

    private static List<String> times(Path file, String stream) throws Exception {
        return run("ffprobe", "-v", "error", "-select_streams", stream, "-show_entries", "packet=pts,dts", "-of",
                "csv=p=0", file.toString()).stream().filter(line -> !line.isEmpty())
                .map(line -> line.endsWith(",") ? line.substring(0, line.length() - 1) : line).toList();
    }

    /** Only FFmpeg 8 reads the sources: pictures are counted here, and {@link TsCodecsTest} compares the bytes. */
    @ParameterizedTest
    @CsvSource({"hevc-aac, 'hevc,HEVC', 'aac,[15][0][0][0]'", "avc-ac3, 'h264,[27][0][0][0]', 'ac3,AC-3'",
        "avc-eac3, 'h264,[27][0][0][0]', 'eac3,EAC3'"})
    void decodesOtherCodecs(String file, String video, String audio) throws Exception {
        Clip clip = Clip.load("/io/millrace/media/flv/enhanced-" + file + ".flv");
        Path muxed = write(file + ".ts", clip.muxAll(new Random(1), 9));
        assertThat(frames(muxed, "0:v")).hasSize(clip.of(Kind.VIDEO).size());
        assertThat(frames(muxed, "0:a")).isNotEmpty();
        assertThat(run("ffprobe", "-v", "error", "-show_entries", "stream=codec_name,codec_tag_string", "-of",
                "csv=p=0", muxed.toString()).stream().filter(line -> !line.isEmpty()).distinct())
                .containsExactly(video, audio);
        assertThat(times(muxed, "v")).isEqualTo(clip.of(Kind.VIDEO).stream().map(TsFfmpegTest::times).toList());
        List<String> soundTimes = times(muxed, "a");
        assertThat(soundTimes).hasSize(clip.of(Kind.AUDIO).size());
        assertThat(soundTimes.getFirst()).isEqualTo(times(clip.of(Kind.AUDIO).getFirst()));
    }

    private Path write(String name, List<List<ByteBuffer>> segments) throws IOException {
        Path file = dir.resolve(name);
        try (OutputStream out = Files.newOutputStream(file); var channel = Channels.newChannel(out)) {
            for (List<ByteBuffer> parts : segments) {
                for (ByteBuffer part : parts) {
                    channel.write(part);
                }
            }
        }
        return file;
    }

    /** Hashes of the decoded frames, without their times. */
    private static List<String> frames(Path file, String stream) throws Exception {
        return run("ffmpeg", "-nostdin", "-v", "warning", "-xerror", "-err_detect", "explode", "-i", file.toString(),
                "-map", stream, "-fps_mode", "passthrough", "-f", "framehash", "-hash", "md5", "-").stream()
                .filter(line -> !line.startsWith("#")).map(line -> line.substring(line.lastIndexOf(',') + 1).strip())
                .toList();
    }

    /** Returns the output lines of a command, which must succeed without warnings. */
    private static List<String> run(String... command) throws Exception {
        Path errors = Files.createTempFile("stderr", ".txt");
        Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        String said = Files.readString(errors);
        Files.delete(errors);
        assertThat(said).isEmpty();
        assertThat(code).isZero();
        return out.lines().toList();
    }
}
