package io.millrace.launcher.e2e;

import io.millrace.launcher.CommandCall;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code millrace takedown} on a broadcast of real media in all formats: every output leaves out the same seconds, until
 * it is undone. Frames are compared by hash with those that were published.
 */
@ExtendWith(SharedMillrace.class)
class TakedownIT {
    private static final int CLIP_SECONDS = 12;
    private static final int FPS = 30;
    /** A segment lasts 2 s. */
    private static final int GOP_FRAMES = 60;
    private static final Pattern STARTED = Pattern.compile("\"startedAt\":\"([^\"]+)\"");
    private static final Pattern PLAYLIST = Pattern.compile("taken/(@[0-9a-f.]+/video0/index\\.m3u8\\S*)");

    @TempDir
    private Path dir;
    private final HttpClient http = HttpClient.newHttpClient();
    private Deployment millrace;

    private HttpResponse<String> get(String path) throws Exception {
        URI uri = millrace.http(path);
        HttpResponse<String> answer = http.send(HttpRequest.newBuilder(uri).build(),
                HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() == 302
                ? http.send(HttpRequest.newBuilder(uri.resolve(answer.headers().firstValue("location").orElseThrow()))
                        .build(), HttpResponse.BodyHandlers.ofString())
                : answer;
    }

    private CommandCall takedown(int code, String... more) {
        return called(code, Stream.concat(Stream.of("takedown", "live/taken"), Stream.of(more)));
    }

    private CommandCall called(int code, Stream<String> arguments) {
        return CommandCall.run(code,
                Stream.concat(arguments, Stream.of("--kafka", millrace.kafka())).toArray(String[]::new));
    }

    private List<String> exported(Ffmpeg ffmpeg, String name) throws Exception {
        called(0, Stream.of("export", "live/taken", dir.resolve(name).toString(), "--force"));
        return ffmpeg.codedHashes(dir.resolve(name), "v");
    }

    private String playlist() throws Exception {
        Matcher child = PLAYLIST.matcher(get("/live/taken.m3u8").body());
        assertThat(child.find()).isTrue();
        return "/live/taken/" + child.group(1);
    }

    private static List<String> without(List<String> frames, int fromS, int toS) {
        List<String> left = new ArrayList<>(frames.subList(0, fromS * FPS));
        left.addAll(frames.subList(toS * FPS, frames.size()));
        return left;
    }

    @Test
    void everyOutputLeavesItOutUntilItIsUndone(Deployment shared) throws Exception {
        millrace = shared;
        var ffmpeg = new Ffmpeg();
        Path clip = dir.resolve("clip.flv");
        ffmpeg.makeClip(clip, CLIP_SECONDS, GOP_FRAMES);
        List<String> video = ffmpeg.codedHashes(clip, "v");
        assertThat(video).hasSize(CLIP_SECONDS * FPS);
        ffmpeg.publishAtOnce(clip, 1, millrace.rtmp() + "/live/taken");
        Awaitility.await().atMost(Duration.ofMinutes(2))
                .until(() -> get("/api/v1/streams/live/taken").body().contains("\"state\":\"ended\""));
        Matcher started = STARTED.matcher(get("/api/v1/streams/live/taken/sessions").body());
        assertThat(started.find()).isTrue();
        Instant begin = Instant.parse(started.group(1));

        assertThat(takedown(1, "--to", begin.minusSeconds(60).toString()).err()).contains("no media of live/taken");
        // A second into the third segment, and into the fourth one.
        String printed = takedown(0, "--from", begin.plusMillis(5_000).toString(), "--to",
                begin.plusMillis(7_000).toString(), "--reason", "test").out();
        assertThat(printed).containsPattern("\\d+ +2-3 ");
        Awaitility.await().until(() -> get(playlist()).body().contains("#EXT-X-GAP"));
        leavesOut(ffmpeg, without(video, 4, 8));

        takedown(0, "--undo");
        Awaitility.await().until(() -> !get(playlist()).body().contains("#EXT-X-GAP"));
        assertThat(exported(ffmpeg, "undone.mp4")).isEqualTo(video);
        takedown(0);
        assertThat(called(1, Stream.of("export", "live/taken", dir.resolve("none.mp4").toString())).err())
                .contains("no keyframe of live/taken");
        assertThat(takedown(1, "--epoch", "999999").err()).contains("no media of live/taken");
    }

    private void leavesOut(Ffmpeg ffmpeg, List<String> frames) throws Exception {
        String playlist = playlist();
        String base = playlist.substring(0, playlist.indexOf("video0/"));
        for (String rendition : List.of("video0", "audio0")) {
            assertThat(get(playlist.replace("video0", rendition)).body()).as(rendition)
                    .containsPattern("GAP\\s+#EXTINF\\S+\\s+\\S*2\\.m4s")
                    .containsPattern("GAP\\s+#EXTINF\\S+\\s+\\S*3\\.m4s");
            for (int segment = 0; segment < 5; segment++) {
                var answer = get(base + rendition + "/" + segment + ".m4s");
                assertThat(answer.statusCode()).as(rendition + " " + segment)
                        .isEqualTo(segment == 2 || segment == 3 ? 410 : 200);
            }
        }
        assertThat(get(base + "ts/2.ts").body()).contains("\"code\":\"withdrawn\"");
        assertThat(get(base + "ts/4.ts").statusCode()).isEqualTo(200);
        assertThat(get("/live/taken.mpd").body()).as("two runs of segments").containsPattern("(?s)<S .*<S .*");
        for (String name : List.of("left.mp4", "left.flv")) {
            assertThat(exported(ffmpeg, name)).as(name).isEqualTo(frames);
        }
        Path recorded = dir.resolve("recorded.flv");
        ffmpeg.record(millrace.http("/live/taken.flv?start=-1h"), 2 * CLIP_SECONDS, recorded);
        assertThat(ffmpeg.codedHashes(recorded, "v")).isEqualTo(frames);
    }
}
