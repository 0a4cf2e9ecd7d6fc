package io.millrace.launcher.e2e;

import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.FlvTag;
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
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Real RTMP players, at the listener of a process with all stages and at that of a separate edge. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RtmpPlayIT {
    private static final String[] RULES = {"--segment", "1s", "--window", "5s", "--grace", "10s"};

    private static final long SOME_BYTES = 100_000;

    private final Ffmpeg ffmpeg = new Ffmpeg();
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<MillraceProcess> processes = new ArrayList<>();
    private final List<Process> encoders = new ArrayList<>();
    private Path dir;
    private Path large;
    private Path small;
    private MillraceProcess one;
    private MillraceProcess ingest;
    private MillraceProcess edge;

    @BeforeAll
    void start(@TempDir Path temp) throws Exception {
        dir = temp;
        one = run("one", "up", "--rtmp-port", "0", "--http-port", "0", "--kafka-port", "0", "--data-dir",
                dir.resolve("data").toString());
        large = dir.resolve("large.flv");
        small = dir.resolve("small.flv");
        ffmpeg.makeClip(large, 6, 30);
        ffmpeg.makeClip(small, 6, 30, "-s", "320x180");
        String kafka = one.ready().get("kafka");
        ingest = run("ingest", "ingest", "--kafka", kafka, "--rtmp-port", "0");
        edge = run("edge", "edge", "--kafka", kafka, "--rtmp-port", "0", "--http-port", "0");
        ingest.ready();
        edge.ready();
    }

    @AfterAll
    void end() throws Exception {
        encoders.forEach(Process::destroyForcibly);
        List<String> errors = MillraceProcess.errors(one.log() + edge.log());
        String log = one.log() + edge.log();
        processes.reversed().forEach(MillraceProcess::close);
        assertThat(errors).isEmpty();
        assertThat(log).doesNotContain("LEAK");
    }

    @Test
    void playersReceiveEveryFrameToEnd() throws Exception {
        Path copy = dir.resolve("published.flv");
        Process encoder = ffmpeg.publishForEver(large, url(one, "show"), copy, dir.resolve("published.log"));
        encoders.add(encoder);
        awaitLive("show");
        try (RtmpPlayer atOne = RtmpPlayer.ffmpeg(url(one, "show"), dir, "ffmpeg-one");
                RtmpPlayer atEdge = RtmpPlayer.ffmpeg(url(edge, "show"), dir, "ffmpeg-edge");
                RtmpPlayer librtmp = RtmpPlayer.rtmpdump(url(edge, "show"), dir, "rtmpdump");
                RtmpPlayer gstreamer = RtmpPlayer.gstreamer(url(one, "show"), dir, "gstreamer")) {
            List<RtmpPlayer> players = List.of(atOne, atEdge, librtmp, gstreamer);
            soon().until(() -> viewers(one, "show") == 2 && viewers(edge, "show") == 2);
            for (RtmpPlayer player : players) {
                soon().until(() -> player.sizeBytes() > SOME_BYTES);
            }
            encoder.destroy();
            encoder.waitFor();
            List<String> pictures = ffmpeg.codedHashes(copy, "v");
            List<String> sounds = ffmpeg.codedHashes(copy, "a");
            for (RtmpPlayer player : players) {
                Path recording = player.recording();
                assertEndOf(pictures, ffmpeg.codedHashes(recording, "v"));
                assertEndOf(sounds, ffmpeg.codedHashes(recording, "a"));
                ffmpeg.assertDecodesWithoutErrors(recording);
            }
        }
        soon().until(() -> viewers(one, "show") == 0 && viewers(edge, "show") == 0);
    }

    /** Players join at different keyframes and receive everything from there on. */
    private static void assertEndOf(List<String> published, List<String> played) {
        assertThat(played).hasSizeGreaterThan(10);
        assertThat(published.subList(published.size() - played.size(), published.size())).isEqualTo(played);
    }

    @Test
    void playerStaysWhenEncoderMovesToAnotherNode() throws Exception {
        Process first = ffmpeg.publishForEver(large, url(ingest, "back"), dir.resolve("first.log"));
        encoders.add(first);
        awaitLive("back");
        try (RtmpPlayer player = RtmpPlayer.rtmpdump(url(edge, "back"), dir, "back")) {
            soon().until(() -> player.sizeBytes() > SOME_BYTES);
            first.destroyForcibly().waitFor();
            assertThat(publish(small, one, "back").waitFor()).as("the second encoder's exit code").isZero();
            assertThat(player.isAlive()).as("within grace again").isTrue();
            Path recording = player.recording();
            Seam.runsOn(new FlvReader(FlvTag.MAX_BODY_BYTES)
                    .readAll(ByteBuffer.wrap(Files.readAllBytes(recording))));
            List<String> pictures = ffmpeg.codedHashes(small, "v");
            List<String> played = ffmpeg.codedHashes(recording, "v");
            assertThat(played.subList(played.size() - pictures.size(), played.size())).as("all of the second")
                    .isEqualTo(pictures);
        }
    }

    @Test
    void wrongListenerNamesRightOne() throws Exception {
        Process encoder = publish(small, edge, "lost");
        assertThat(encoder.waitFor()).isNotZero();
        assertThat(log(encoder)).content()
                .contains("This is an edge and takes no publishers; publish to an ingest node");
        try (RtmpPlayer player = RtmpPlayer.ffmpeg(url(ingest, "lost"), dir, "lost")) {
            soon().until(() -> !player.isAlive());
        }
        assertThat(dir.resolve("lost.log")).content()
                .contains("This is an ingest node and plays nothing; play from an edge");
        try (RtmpPlayer player = RtmpPlayer.ffmpeg(url(one, "never"), dir, "never")) {
            soon().until(() -> !player.isAlive());
        }
        assertThat(dir.resolve("never.log")).content().contains("there is no stream live/never");
    }

    private MillraceProcess run(String name, String... args) throws IOException {
        List<String> all = Stream.of(Stream.of(args), Stream.of(RULES),
                Stream.of("--host", "127.0.0.1", "--admin-port", "0")).flatMap(s -> s).toList();
        MillraceProcess process = MillraceProcess.start(dir, name, List.of("-Xmx1g",
                "-Dio.netty.leakDetection.level=paranoid"), all);
        processes.add(process);
        return process;
    }

    private Process publish(Path clip, MillraceProcess node, String stream) throws Exception {
        Process encoder = ffmpeg.publish(clip, url(node, stream), dir.resolve("encoder" + encoders.size() + ".log"));
        encoders.add(encoder);
        return encoder;
    }

    private Path log(Process encoder) {
        return dir.resolve("encoder" + encoders.indexOf(encoder) + ".log");
    }

    private static String url(MillraceProcess node, String stream) throws Exception {
        return node.ready().get("rtmp") + "/live/" + stream;
    }

    /** Players are refused a stream that the edge does not know yet. */
    private void awaitLive(String stream) {
        soon().until(() -> get(one, stream).contains("\"codec\"") && get(edge, stream).contains("\"codec\""));
    }

    private int viewers(MillraceProcess node, String stream) throws Exception {
        String json = get(node, stream);
        String field = "\"rtmp\":";
        int at = json.indexOf(field) + field.length();
        return Integer.parseInt(json.substring(at, json.indexOf('}', at)));
    }

    private String get(MillraceProcess node, String stream) throws Exception {
        URI uri = URI.create(node.ready().get("http") + "/api/v1/streams/live/" + stream);
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString()).body();
    }

    /** Two busy cores need this long. */
    private static ConditionFactory soon() {
        return await().atMost(Duration.ofMinutes(2));
    }
}
