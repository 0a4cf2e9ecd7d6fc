package io.millrace.launcher.e2e;

import io.millrace.launcher.CommandCall;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * FFmpeg 8 publishes every codec; exports to MP4 and CMAF, and to MPEG-TS if it carries the codecs, must contain every
 * frame at its time, and two releases of FFmpeg decode them.
 */
@Tag("matrix")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(SharedMillrace.class)
class CodecExportIT {
    private static final int CLIP_SECONDS = 5;
    private static final int GOP_FRAMES = 15;
    /** RTMP has times in ms, and so has an edit list. */
    private static final double ROUNDED_S = 0.003;
    /** Without it, FFmpeg lets the one track that it reads of MPEG-TS begin at 0. */
    private static final String SAME_TIMES = "-copyts";
    private static final Duration HANG = Duration.ofMinutes(3);

    /**
     * @param described what FFmpeg says of an export
     * @param asInMp4 options that change frames of FLV to those of MP4
     */
    record Clip(String name, List<String> encoding, List<String> described, String... asInMp4) {
        @Override
        public String toString() {
            return name;
        }
    }

    static final List<Clip> CLIPS = List.of(
            new Clip("hevc-aac", List.of("-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
                    "log-level=none:bframes=2", "-c:a", "aac"), List.of("Video: hevc", "hvc1", "Audio: aac")),
            // Also the static metadata of HDR, and pixels that are not square.
            new Clip("hdr-aac", List.of("-vf", "setsar=4/3", "-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt",
                    "yuv420p10le", "-x265-params",
                    "log-level=none:bframes=2:hdr10=1:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:"
                            + "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)"
                            + "L(10000000,1):max-cll=1000,400",
                    "-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc", "-c:a",
                    "aac"), List.of("yuv420p10le(tv, bt2020nc/bt2020/smpte2084)", "SAR 4:3", "Audio: aac")),
            new Clip("av1-opus", List.of("-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-c:a",
                    "libopus"), List.of("Video: av1", "Audio: opus"), "-bsf:v",
                    // FFmpeg sends temporal delimiters, which must not be in MP4.
                    "av1_metadata=td=remove"),
            new Clip("vp9-flac", List.of("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a",
                    "flac"), List.of("Video: vp9", "vp09", "320x180", "Audio: flac")),
            new Clip("avc-ac3", List.of("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-c:a", "ac3"),
                    List.of("Video: h264", "avc1", "Audio: ac3")),
            // Frames of 44.1 kHz alternate between two sizes, and each states its bit rate.
            new Clip("avc-eac3", List.of("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "eac3", "-ar", "44100",
                    "-b:a", "96k"), List.of("Video: h264", "avc1", "Audio: eac3")),
            new Clip("avc-mp3", List.of("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "libmp3lame", "-ar",
                    "44100"), List.of("Video: h264", "avc1", "Audio: mp3")));

    /** Clips whose codecs MPEG-TS carries. */
    private static final Set<String> TS_CLIPS = Set.of("hevc-aac", "hdr-aac", "avc-ac3", "avc-eac3", "avc-mp3");

    @AutoClose
    private final HttpClient client = HttpClient.newHttpClient();
    private Ffmpeg8 encoder;
    private Ffmpeg judge;
    private Deployment millrace;

    @BeforeAll
    void start(Deployment shared) throws Exception {
        judge = new Ffmpeg();
        encoder = new Ffmpeg8(Path.of("target", "javacpp").toAbsolutePath());
        millrace = shared;
    }

    @ParameterizedTest
    @FieldSource("CLIPS")
    void exportsEveryFrameAtItsTime(Clip clip, @TempDir Path dir) throws Exception {
        Path source = dir.resolve("clip.flv");
        List<String> arguments = new ArrayList<>(List.of("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=15", "-f",
                "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-pix_fmt", "yuv420p"));
        arguments.addAll(clip.encoding());
        arguments.addAll(List.of("-t", String.valueOf(CLIP_SECONDS), "-g", String.valueOf(GOP_FRAMES), "-ac", "2"));
        encoder.make(source, arguments);
        String stream = "export/" + clip.name();
        encoder.publishAtOnce(source, millrace.rtmp() + "/" + stream);
        await(stream + " has ended").atMost(HANG)
                .until(() -> get("/api/v1/streams/" + stream).contains("\"state\":\"ended\""));
        List<CodedFrame> pictures = encoder.coded(source, "v", clip.asInMp4());
        List<CodedFrame> sounds = encoder.coded(source, "a");
        for (String format : List.of("mp4", "cmaf")) {
            Path file = dir.resolve(format + ".mp4");
            CommandCall.run(0, "export", stream, file.toString(), "--format", format, "--kafka", millrace.kafka());
            List<CodedFrame> exported = encoder.coded(file, "v");
            assertThat(hashes(exported)).as(format).isEqualTo(hashes(pictures));
            assertTimes(exported, pictures, exported.getFirst());
            // Audio before the first keyframe is omitted.
            List<CodedFrame> heard = encoder.coded(file, "a");
            List<CodedFrame> sent = sounds.subList(sounds.size() - heard.size(), sounds.size());
            assertThat(heard.size()).isBetween(sounds.size() - 4, sounds.size());
            assertThat(hashes(heard)).as(format).isEqualTo(hashes(sent));
            double shiftS = pictures.getFirst().ptsS() - exported.getFirst().ptsS();
            assertThat(heard.getFirst().ptsS() + shiftS).as("sound and picture in %s", format)
                    .isCloseTo(sent.getFirst().ptsS(), Offset.offset(ROUNDED_S));
            judge.assertDecodesWithoutErrors(file);
            encoder.assertDecodesWithoutErrors(file);
            assertThat(encoder.describe(file)).contains(clip.described());
            assertThat(encoder.decodedHashes(file)).isEqualTo(encoder.decodedHashes(source));
        }
        if (TS_CLIPS.contains(clip.name())) {
            exportsTs(stream, source, dir.resolve("show.ts"));
        }
    }

    /** Frames in MPEG-TS have other bytes, in Annex B and ADTS: their number and times are compared, and the pictures. */
    private void exportsTs(String stream, Path source, Path file) throws Exception {
        CommandCall.run(0, "export", stream, file.toString(), "--kafka", millrace.kafka());
        List<CodedFrame> pictures = encoder.coded(source, "v", SAME_TIMES);
        List<CodedFrame> exported = encoder.coded(file, "v", SAME_TIMES);
        assertThat(exported).hasSameSizeAs(pictures);
        assertTimes(exported, pictures, exported.getFirst());
        List<CodedFrame> sounds = encoder.coded(source, "a", SAME_TIMES);
        List<CodedFrame> heard = encoder.coded(file, "a", SAME_TIMES);
        assertThat(heard.size()).isBetween(sounds.size() - 4, sounds.size());
        double shiftS = pictures.getFirst().ptsS() - exported.getFirst().ptsS();
        // A frame or two may be missing at either end, and their bytes do not say which.
        assertThat(sounds.subList(0, sounds.size() - heard.size() + 1)).as("sound and picture")
                .anySatisfy(sound -> assertThat(heard.getFirst().ptsS() + shiftS)
                        .isCloseTo(sound.ptsS(), Offset.offset(ROUNDED_S)));
        judge.assertDecodesWithoutErrors(file);
        encoder.assertDecodesWithoutErrors(file);
        assertThat(encoder.decodedHashes(file)).isEqualTo(encoder.decodedHashes(source));
    }

    private static List<String> hashes(List<CodedFrame> frames) {
        return frames.stream().map(CodedFrame::hash).toList();
    }

    /** Asserts that the frames have the same distances from the first one. */
    private static void assertTimes(List<CodedFrame> seen, List<CodedFrame> expected, CodedFrame first) {
        for (int n = 0; n < seen.size(); n++) {
            assertThat(seen.get(n).ptsS() - first.ptsS())
                    .isCloseTo(expected.get(n).ptsS() - expected.getFirst().ptsS(), Offset.offset(ROUNDED_S));
        }
    }

    private String get(String path) throws IOException, InterruptedException {
        URI uri = millrace.http(path);
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString()).body();
    }
}
