package io.millrace.launcher.e2e;

import io.millrace.launcher.CommandCall;
import io.millrace.launcher.RequiredTool;
import io.millrace.launcher.SideBySide;
import io.millrace.platform.log.Packet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The commands for the past: a clip is published twice within the grace period; then it is listed, exported, pushed and
 * replayed. Frames are compared by hash with those that were published.
 */
@ExtendWith(SharedMillrace.class)
class ExportIT {
    private static final int CLIP_SECONDS = 6;
    private static final int GOP_FRAMES = 60;
    /** Enough that an export of it can be interrupted. */
    private static final int LONG_TIMES = 150;

    @TempDir
    private static Path dir;
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static Ffmpeg ffmpeg;
    private static Deployment millrace;
    private static String kafka;
    private static List<String> video;
    private static List<String> audio;
    private static Path clip;
    private static boolean longPublished;

    @BeforeAll
    static void publishTwice(Deployment shared) throws Exception {
        ffmpeg = new Ffmpeg();
        clip = dir.resolve("clip.flv");
        ffmpeg.makeClip(clip, CLIP_SECONDS, GOP_FRAMES);
        millrace = shared;
        kafka = millrace.kafka();
        ffmpeg.publishAtOnce(clip, 1, millrace.rtmp() + "/back/show");
        // A second session takes over, whatever of the first one is not yet in the log.
        awaitState("back/show", "grace");
        ffmpeg.publishAtOnce(clip, 1, millrace.rtmp() + "/back/show");
        awaitState("back/show", "ended");
        video = twice(ffmpeg.codedHashes(clip, "v"));
        audio = twice(ffmpeg.codedHashes(clip, "a"));
    }

    private static List<String> twice(List<String> once) {
        List<String> all = new ArrayList<>(once);
        all.addAll(once);
        return all;
    }

    private static String get(String path) throws IOException, InterruptedException {
        return get(millrace.http(path));
    }

    private static String get(URI uri) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString()).body();
    }

    private static void awaitState(String stream, String state) {
        Awaitility.await(stream + " is " + state).atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(200))
                .until(() -> get("/api/v1/streams/" + stream).contains("\"state\":\"" + state + "\""));
    }

    /** Of the first session. */
    private static Instant startOf(String stream) throws IOException, InterruptedException {
        Matcher started = Pattern.compile("\"startedAt\":\"([^\"]+)\"")
                .matcher(get("/api/v1/streams/" + stream + "/sessions"));
        assertThat(started.find()).isTrue();
        return Instant.parse(started.group(1));
    }

    /** Exports to a file of {@link #dir}. */
    private static CommandCall export(int code, String stream, String file, String... more) {
        return called(code, Stream.concat(Stream.of("export", stream, dir.resolve(file).toString()), Stream.of(more)));
    }

    private static CommandCall called(int code, Stream<String> arguments) {
        return CommandCall.run(code, Stream.concat(arguments, Stream.of("--kafka", kafka)).toArray(String[]::new));
    }

    /** A stream with video begins with its keyframe: audio that was sent before it is omitted in each session. */
    private static void assertAllAudio(List<String> exported) {
        assertThat(exported.size()).isBetween(audio.size() - 4, audio.size());
        assertThat(audio).containsSubsequence(exported);
    }

    @Test
    @SideBySide
    void listsAreJsonOfApi() throws Exception {
        assertThat(called(0, Stream.of("sessions", "back/show", "--json")).out().strip())
                .isEqualTo(get("/api/v1/streams/back/show/sessions")).contains("\"session\"");
        String streams = called(0, Stream.of("streams", "--json")).out();
        String show = streams.substring(streams.indexOf("{\"name\":\"back/show\""));
        // As on the admin port, with the encoder's address and the node.
        String api = get(millrace.admin("/api/v1/streams/back/show"))
                .replaceAll("\"viewers\":\\{[^}]*}", "\"viewers\":null");
        assertThat(show).startsWith(api);
    }

    @Test
    @SideBySide
    void listsAreTables() throws Exception {
        assertThat(called(0, Stream.of("streams")).out()).startsWith("NAME")
                .containsPattern("back/show +ended +\\S+Z +avc1\\S+,mp4a.40.2 ");
        assertThat(called(0, Stream.of("sessions", "back/show")).out().lines()).hasSize(3);
    }

    @Test
    @SideBySide
    void flvHasEveryFrameAcrossPublisherRestart() throws Exception {
        export(0, "back/show", "all.flv");
        Path file = dir.resolve("all.flv");
        assertThat(ffmpeg.codedHashes(file, "v")).isEqualTo(video);
        assertAllAudio(ffmpeg.codedHashes(file, "a"));
        ffmpeg.assertDecodesWithoutErrors(file);
    }

    @Test
    @SideBySide
    void mp4HasEveryFrameAndSurvivesPushAndExport() throws Exception {
        export(0, "back/show", "all.mp4");
        Path file = dir.resolve("all.mp4");
        assertThat(ffmpeg.codedHashes(file, "v")).isEqualTo(video);
        assertAllAudio(ffmpeg.codedHashes(file, "a"));
        ffmpeg.assertDecodesWithoutErrors(file);
        assertThat(probedDuration(file)).isBetween(2.0 * CLIP_SECONDS, 2 * CLIP_SECONDS + 0.3);

        CommandRun.run(0, dir, "push", "all.mp4", millrace.rtmp() + "/live/pushed");
        awaitState("live/pushed", "ended");
        export(0, "live/pushed", "pushed.mp4");
        assertThat(ffmpeg.codedHashes(dir.resolve("pushed.mp4"), "v")).isEqualTo(video);
        List<String> sound = ffmpeg.codedHashes(file, "a");
        List<String> again = ffmpeg.codedHashes(dir.resolve("pushed.mp4"), "a");
        assertThat(Collections.lastIndexOfSubList(sound, again)).isBetween(0, 3);
        ffmpeg.assertDecodesWithoutErrors(dir.resolve("pushed.mp4"));
    }

    private static double probedDuration(Path file) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(RequiredTool.find("ffprobe").toString(), "-v", "warning",
                "-show_entries", "format=duration", "-of", "csv=p=0", file.toString()).redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor()).as(said).isZero();
        return Double.parseDouble(said);
    }

    @Test
    @SideBySide
    void tsDecodesToSameFrames() throws Exception {
        export(0, "back/show", "all.ts");
        Path file = dir.resolve("all.ts");
        assertThat(ffmpeg.decodedHashes(file)).isEqualTo(twice(ffmpeg.decodedHashes(clip)));
        assertAllAudio(ffmpeg.codedHashes(file, "a", "-bsf:a", "aac_adtstoasc"));
        ffmpeg.assertDecodesWithoutErrors(file);
    }

    @Test
    @SideBySide
    void tsAndMp4HaveMp3() throws Exception {
        Path mp3 = dir.resolve("mp3.flv");
        ffmpeg.makeClip(mp3, CLIP_SECONDS, GOP_FRAMES, "-c:a", "libmp3lame", "-ar", "44100");
        ffmpeg.publishAtOnce(mp3, 1, millrace.rtmp() + "/live/mp3");
        awaitState("live/mp3", "ended");
        for (String name : List.of("mp3.ts", "mp3.mp4")) {
            export(0, "live/mp3", name);
            Path file = dir.resolve(name);
            assertThat(ffmpeg.decodedHashes(file)).isEqualTo(ffmpeg.decodedHashes(mp3));
            List<String> sound = ffmpeg.codedHashes(mp3, "a");
            List<String> exported = ffmpeg.codedHashes(file, "a");
            assertThat(sound).containsSubsequence(exported);
            assertThat(exported.size()).isBetween(sound.size() - 4, sound.size());
            ffmpeg.assertDecodesWithoutErrors(file);
        }
    }

    @Test
    @SideBySide
    void formatOverridesExtension() throws Exception {
        export(0, "back/show", "fragmented.mp4", "--format", "cmaf");
        Path file = dir.resolve("fragmented.mp4");
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).contains("moof").contains("mvex");
        assertThat(ffmpeg.codedHashes(file, "v")).isEqualTo(video);
        assertAllAudio(ffmpeg.codedHashes(file, "a"));
        ffmpeg.assertDecodesWithoutErrors(file);
        assertThat(probedDuration(file)).isBetween(2.0 * CLIP_SECONDS, 2 * CLIP_SECONDS + 0.3);
        export(0, "back/show", "show.bin", "--format", "ts");
        ffmpeg.assertDecodesWithoutErrors(dir.resolve("show.bin"));
        assertThat(export(2, "back/show", "none.bin").err()).contains(".flv, .mp4 or .ts").contains("--format");
    }

    @Test
    @SideBySide
    void rangeStartsAtKeyframeAndEndsBeforeTo() throws Exception {
        Instant start = startOf("back/show");
        export(0, "back/show", "range.mp4", "--from", start.plusMillis(3_500).toString(), "--to",
                start.plusMillis(5_000).toString());
        List<String> range = ffmpeg.codedHashes(dir.resolve("range.mp4"), "v");
        // The clip's frames are shown two frames after they are decoded: 5 s less 67 ms, in frames of a thirtieth of a
        // second.
        assertThat(range).isEqualTo(video.subList(GOP_FRAMES, 148));
        ffmpeg.assertDecodesWithoutErrors(dir.resolve("range.mp4"));
        assertThat(export(1, "back/show", "none.mp4", "--from", "2099-01-01T00:00:00Z").err())
                .contains("millrace: no media of back/show is retained from 2099");
        assertThat(export(1, "back/show", "none.mp4", "--to", "2001-01-01T00:00:00Z").err())
                .contains("millrace: no media of back/show is retained from before 2001");
        assertThat(dir.resolve("none.mp4")).doesNotExist();
    }

    @Test
    @SideBySide
    void keepsExistingFileAndReportsUnknownStream() throws Exception {
        Files.writeString(dir.resolve("there.ts"), "mine");
        assertThat(export(1, "back/show", "there.ts").err()).startsWith("millrace: ")
                .contains("there.ts already exists");
        assertThat(dir.resolve("there.ts")).hasContent("mine");
        export(0, "back/show", "there.ts", "--force");
        assertThat(Files.size(dir.resolve("there.ts"))).isGreaterThan(10_000);
        assertThat(export(1, "live/nobody", "nobody.ts").err()).contains("millrace: there is no stream live/nobody");
        assertThat(called(1, Stream.of("sessions", "live/nobody")).err())
                .contains("millrace: there is no stream live/nobody");
        assertThat(called(1, Stream.of("streams", "--topic-prefix", "other.")).err())
                .contains("millrace: there is no Millrace log").contains("other.streams");
    }

    private static synchronized String longStream() throws Exception {
        String stream = "live/long";
        if (!longPublished) {
            ffmpeg.publishAtOnce(clip, LONG_TIMES, millrace.rtmp() + "/" + stream);
            awaitState(stream, "ended");
            longPublished = true;
        }
        return stream;
    }

    /** Runs exports until one is ended by {@code end} before it is complete; one that was too fast is repeated. */
    private static CommandRun begunExport(String stream, String name, Consumer<Process> end) throws Exception {
        Path part = dir.resolve(name + ".part");
        while (true) {
            CommandRun run = CommandRun.start(dir, "export", stream, name, "--kafka", kafka);
            Awaitility.await("the export has begun").pollInterval(Duration.ofMillis(1)).atMost(Duration.ofMinutes(2))
                    .until(() -> !run.process().isAlive() || Files.exists(part) && Files.size(part) > 1_000_000);
            end.accept(run.process());
            int code = run.code();
            if (!Files.deleteIfExists(dir.resolve(name))) {
                return run;
            }
            assertThat(code).as(run.err()).isZero();
        }
    }

    @ParameterizedTest
    @SideBySide
    @ValueSource(strings = {"killed.mp4", "stopped.flv"})
    void killedExportLeavesPartFileAndCancelledExportNone(String name)
            throws Exception {
        String stream = longStream();
        Path part = dir.resolve(name + ".part");
        if (name.startsWith("killed")) {
            begunExport(stream, name, Process::destroyForcibly);
            assertThat(part).exists();
            assertThat(dir.resolve(name)).doesNotExist();
            assertThat(CommandRun.run(0, dir, "export", stream, name, "--kafka", kafka).err())
                    .contains("found " + name + ".part, left by an unfinished export");
            assertThat(part).doesNotExist();
            assertThat(ffmpeg.codedHashes(dir.resolve(name), "v")).hasSize(LONG_TIMES * CLIP_SECONDS * 30);
        } else {
            assertThat(begunExport(stream, name, Process::destroy).code()).isZero();
            assertThat(part).doesNotExist();
            assertThat(dir.resolve(name)).doesNotExist();
        }
    }

    /** Returns the offset of the first packet that is this far into the stream. */
    private static long arrivalMs(List<Packet> packets, long timestampMs) {
        return packets.stream().filter(packet -> packet.timestampMs() >= timestampMs).findFirst().orElseThrow()
                .arrivalUs() / 1_000;
    }

    @Test
    @SideBySide
    void replayPublishesSameFramesInRealTime() throws Exception {
        export(0, "back/show", "before.flv");
        long begunNanos = System.nanoTime();
        CommandRun run = CommandRun.run(0, dir, "replay", "back/show", millrace.rtmp() + "/live/replayed", "--kafka",
                kafka);
        // Longer on a slow machine.
        assertThat((System.nanoTime() - begunNanos) / 1e9).as("seconds; it said %s", run.err())
                .isGreaterThan(2 * CLIP_SECONDS - 0.5);
        awaitState("live/replayed", "ended");
        String said = export(0, "live/replayed", "replayed.flv").out();
        List<Packet> packets = PacketLog.untilEnd(kafka, "live/replayed");
        // Whole seconds.
        long firstMs = Instant.parse(said.replaceAll("(?s).*recorded from (\\S+?Z).*", "$1")).toEpochMilli();
        assertThat(firstMs).as("when the first frame came in").isBetween(arrivalMs(packets, 0) - 1_000,
                arrivalMs(packets, 1_000));
        assertThat(ffmpeg.codedHashes(dir.resolve("replayed.flv"), "v")).isEqualTo(video);
        assertThat(ffmpeg.codedHashes(dir.resolve("before.flv"), "a"))
                .endsWith(ffmpeg.codedHashes(dir.resolve("replayed.flv"), "a").toArray(String[]::new));
    }
}
