package io.millrace.launcher.e2e;

import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.platform.log.Packet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
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
 * FFmpeg 8 publishes what FFmpeg 5 cannot. A real broker must hold every body byte for byte, and viewers receive what
 * their output carries.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(SharedMillrace.class)
class EnhancedRtmpIT {
    private static final int CLIP_SECONDS = 4;
    private static final int GOP_FRAMES = 15;
    /** Enough for a viewer to receive tags of both kinds: the encoder publishes until all viewers have them. */
    private static final int SOME_TAGS = 50;
    private static final long SOME_BYTES = 30_000;
    private static final Duration HANG = Duration.ofMinutes(3);
    private static final String PICTURE = "testsrc2=size=320x180:rate=15";
    private static final String SMALL = "testsrc2=size=160x90:rate=15";
    private static final String TONE = "sine=frequency=440:sample_rate=48000";
    private static final String HIGH_TONE = "sine=frequency=880:sample_rate=48000";

    /**
     * @param tracks the default tracks as listed by the API
     * @param ts codecs in HLS over MPEG-TS, empty if there are none
     * @param ids ids of the video and audio tracks in the log
     */
    record Clip(String name, List<String> encoding, List<String> tracks, String ts, List<Integer> ids) {
        @Override
        public String toString() {
            return name;
        }
    }

    static final List<Clip> CLIPS = List.of(
            clip("hevc-aac",
                    List.of("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:bframes=2",
                            "-c:a", "aac"),
                    List.of("hvc1.1.6.L60.90", "mp4a.40.2"), "hvc1.1.6.L60.90,mp4a.40.2", List.of(0)),
            clip("vp9-flac", List.of("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "flac"),
                    List.of("vp09.00.11.08", "fLaC"), "", List.of(0)),
            new Clip("multicodec",
                    List.of("-f", "lavfi", "-i", PICTURE, "-f", "lavfi", "-i", SMALL, "-f", "lavfi", "-i",
                            TONE, "-f", "lavfi", "-i", HIGH_TONE, "-map", "0", "-map", "1", "-map", "2", "-map", "3",
                            "-c:v:0",
                            "libx265", "-x265-params", "log-level=none", "-preset", "ultrafast", "-c:v:1", "libvpx-vp9",
                            "-deadline", "realtime", "-c:a:0", "aac", "-c:a:1", "flac"),
                    List.of("hvc1.1.6.L60.90", "mp4a.40.2"), "hvc1.1.6.L60.90,mp4a.40.2", List.of(0, 1)));
    static final List<Clip> FURTHER_CLIPS = List.of(
            clip("av1-opus", List.of("-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-c:a", "libopus"),
                    List.of("av01.0.00M.08", "Opus"), "", List.of(0)),
            clip("avc-eac3", List.of("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "eac3"),
                    List.of("avc1.42c00c", "ec-3"), "avc1.42c00c,ec-3", List.of(0)),
            new Clip("multitrack",
                    List.of("-f", "lavfi", "-i", PICTURE, "-f", "lavfi", "-i", SMALL, "-f", "lavfi", "-i",
                            TONE, "-f", "lavfi", "-i", HIGH_TONE, "-map", "0", "-map", "1", "-map", "2", "-map", "3",
                            "-c:v",
                            "libx264", "-preset", "ultrafast", "-c:a", "aac"),
                    List.of("avc1.42c00c", "mp4a.40.2"),
                    "avc1.42c00c,mp4a.40.2", List.of(0, 1)));

    private static Clip clip(String name, List<String> codecs, List<String> tracks, String ts, List<Integer> ids) {
        List<String> arguments = new ArrayList<>(List.of("-f", "lavfi", "-i", PICTURE, "-f", "lavfi", "-i", TONE));
        arguments.addAll(codecs);
        return new Clip(name, arguments, tracks, ts, ids);
    }

    /** Returns a tag as text, so that a difference is readable. */
    private record Line(String kind, int track, long timestampMs, String body) {}

    private final HttpClient client = HttpClient.newHttpClient();
    private Ffmpeg8 ffmpeg;
    private Deployment millrace;
    /** The length of the log before these tests. */
    private int logged;

    @BeforeAll
    void start(Deployment shared) throws Exception {
        ffmpeg = new Ffmpeg8(Path.of("target", "javacpp").toAbsolutePath());
        millrace = shared;
        logged = millrace.process(0).log().length();
    }

    @AfterAll
    void assertQuietLog() throws IOException {
        client.close();
        String log = millrace.process(0).log().substring(logged);
        assertThat(log).doesNotContainIgnoringCase("quarantine").doesNotContain("a bug");
        assertThat(MillraceProcess.errors(log)).isEmpty();
    }

    @ParameterizedTest
    @FieldSource("CLIPS")
    void arrivesByteForByteAndPlays(Clip clip, @TempDir Path dir) throws Exception {
        publishAndWatch(clip, dir);
    }

    @Tag("matrix")
    @ParameterizedTest
    @FieldSource("FURTHER_CLIPS")
    void anyCodecArrivesByteForByteAndPlays(Clip clip, @TempDir Path dir) throws Exception {
        publishAndWatch(clip, dir);
    }

    private void publishAndWatch(Clip clip, Path dir) throws Exception {
        Path made = dir.resolve("clip.flv");
        List<String> arguments = new ArrayList<>(clip.encoding());
        arguments.addAll(List.of("-t", String.valueOf(CLIP_SECONDS), "-g",
                String.valueOf(GOP_FRAMES), "-pix_fmt", "yuv420p", "-ac", "2"));
        ffmpeg.make(made, arguments);
        String stream = "enhanced/" + clip.name();
        Path same = dir.resolve("same.flv");
        Process publisher = ffmpeg.publishAndWrite(made, millrace.rtmp() + "/" + stream, same, dir.resolve("log"));
        try (Viewers viewers = new Viewers()) {
            String entry = await(stream + " is live").atMost(HANG).until(
                    () -> get("/api/v1/streams/" + stream).body(), body -> body.contains("\"codec\""));
            FlvRecorder recorder = new FlvRecorder(client, millrace.http("/" + stream + ".flv"));
            Future<List<FlvTag>> viewer = viewers.watch(recorder);
            RtmpPlayer player = ffmpeg.play(millrace.rtmp() + "/" + stream,
                    List.of("hvc1", "av01", "vp09", "Opus", "fLaC", "ec-3"), dir, "played");
            clip.tracks().forEach(codec -> assertThat(entry).contains("\"codec\":\"" + codec + "\""));
            assertThat(entry).doesNotContain("codec_not_in_hls");
            hls(clip, stream);

            await("viewers have seen some of it").atMost(HANG)
                    .until(() -> recorder.soFar().size() > SOME_TAGS && player.sizeBytes() > SOME_BYTES);
            publisher.destroy();
            assertThat(publisher.waitFor()).as("FFmpeg ends as told, and not before: %s",
                    Files.readString(dir.resolve("log"))).isEqualTo(Ffmpeg.ENDED_BY_SIGNAL);
            List<Packet> packets = PacketLog.untilEnd(millrace.kafka(), stream);
            assertThat(packets.stream().filter(p -> p.kind() != Packet.Kind.DATA).map(EnhancedRtmpIT::line).toList())
                    .isEqualTo(lines(same));
            keyframesAreFlagged(packets);
            assertThat(
                    packets.stream().filter(p -> p.kind() != Packet.Kind.DATA).map(Packet::track).distinct().sorted())
                    .containsExactlyElementsOf(clip.ids());
            seen(viewer.get(), packets);
            seen(tags(player.recording()), packets);
        }
    }

    /** One per second, and one at each start of the clip. */
    private static void keyframesAreFlagged(List<Packet> packets) {
        List<Packet> pictures = packets.stream()
                .filter(p -> p.kind() == Packet.Kind.VIDEO && !p.isConfig() && p.track() == 0).toList();
        int times = 1 + pictures.size() / (CLIP_SECONDS * GOP_FRAMES);
        assertThat(pictures.stream().filter(Packet::isKeyframe).count()).as("keyframes of %d frames", pictures.size())
                .isBetween((long) pictures.size() / GOP_FRAMES - times, (long) pictures.size() / GOP_FRAMES + times);
    }

    private void hls(Clip clip, String stream) throws Exception {
        HttpResponse<String> cmaf = await("playlist").atMost(HANG).until(
                () -> get("/" + stream + ".m3u8"), r -> r.statusCode() == 200);
        assertThat(cmaf.body()).contains("CODECS=\"" + String.join(",", clip.tracks()) + "\"");
        HttpResponse<String> ts = await("playlist of MPEG-TS").atMost(HANG).until(
                () -> get("/" + stream + "@ts.m3u8"), r -> clip.ts().isEmpty() || r.statusCode() == 200);
        if (clip.ts().isEmpty()) {
            assertThat(ts.statusCode()).isEqualTo(404);
            assertThat(ts.body()).contains("\"codec_not_in_ts\"", "\"watchAt\":\"/" + stream + ".m3u8\"");
        } else {
            assertThat(ts.body()).contains("CODECS=\"" + clip.ts() + "\"");
        }
    }

    /**
     * Asserts that the viewer has frames of both tracks, all of them from the log, and no header that players cannot
     * handle.
     */
    private static void seen(List<FlvTag> tags, List<Packet> packets) {
        assertThat(tags.stream().filter(t -> t.type() == FlvTag.Type.AUDIO)).hasSizeGreaterThan(2);
        List<ByteBuffer> frames = packets.stream().filter(p -> p.kind() == Packet.Kind.VIDEO && p.track() == 0)
                .map(p -> VideoTagBody.parse(p.body()))
                .filter(VideoTagBody.Frame.class::isInstance).map(f -> ((VideoTagBody.Frame) f).data()).toList();
        List<ByteBuffer> watched = tags.stream().filter(t -> t.type() == FlvTag.Type.VIDEO)
                .map(t -> VideoTagBody.parse(t.body()))
                .filter(VideoTagBody.Frame.class::isInstance).map(f -> ((VideoTagBody.Frame) f).data()).toList();
        assertThat(watched).hasSizeGreaterThan(2);
        assertThat(frames).as("all from where the viewer came").endsWith(watched.toArray(ByteBuffer[]::new));
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        URI uri = millrace.http(path);
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static Line line(Packet packet) {
        return new Line(packet.kind().name(), packet.track(), packet.timestampMs(), hex(packet.body()));
    }

    /** Returns the tags of the file that belong in the log: not ends of sequence, empty headers and silence. */
    private static List<Line> lines(Path file) throws IOException {
        List<Line> lines = new ArrayList<>();
        for (FlvTag tag : tags(file)) {
            switch (tag.type()) {
                case VIDEO -> {
                    var main = VideoTagBody.parseTracks(tag.body()).main();
                    boolean kept = switch (main.body()) {
                        case VideoTagBody.Config config -> config.record().hasRemaining();
                        case VideoTagBody.Frame _,VideoTagBody.Metadata _ -> true;
                        case VideoTagBody.End _,VideoTagBody.Command _ -> false;
                    };
                    if (kept) {
                        lines.add(new Line("VIDEO", main.id(), tag.timestampMs(), hex(tag.body())));
                    }
                }
                case AUDIO -> {
                    var main = AudioTagBody.parseTracks(tag.body()).main();
                    if (!(main.body() instanceof AudioTagBody.Silence)) {
                        lines.add(new Line("AUDIO", main.id(), tag.timestampMs(), hex(tag.body())));
                    }
                }
                case SCRIPT, SCRIPT_AMF3 -> {
                    // FFmpeg adds duration and size to the file afterwards.
                }
            }
        }
        return lines;
    }

    private static List<FlvTag> tags(Path file) throws IOException {
        return new FlvReader(FlvTag.MAX_BODY_BYTES).readAll(ByteBuffer.wrap(Files.readAllBytes(file)));
    }

    private static String hex(ByteBuffer body) {
        byte[] bytes = new byte[body.remaining()];
        body.get(body.position(), bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
