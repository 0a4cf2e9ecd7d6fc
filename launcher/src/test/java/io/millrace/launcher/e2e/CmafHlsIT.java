package io.millrace.launcher.e2e;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** FFmpeg publishes, and plays HLS over CMAF: live without an error, and then every access unit of the past. */
@ExtendWith(SharedMillrace.class)
class CmafHlsIT {
    private static final int CLIP_SECONDS = 4;
    private static final int GOP_FRAMES = 30;
    private static final int LIVE_SECONDS = 5;
    /** Longer than the stream. */
    private static final int ALL_SECONDS = 3_600;
    private static final Duration HANG = Duration.ofMinutes(3);

    private final Ffmpeg ffmpeg = new Ffmpeg();

    @Test
    void everyAccessUnitIsPlayed(Deployment millrace, @TempDir Path dir) throws Exception {
        Path clip = dir.resolve("clip.flv");
        ffmpeg.makeClip(clip, CLIP_SECONDS, GOP_FRAMES, "-s", "320x180");
        try (HttpClient client = HttpClient.newHttpClient()) {
            Path published = dir.resolve("published.flv");
            Process publisher = ffmpeg.publishForEver(clip, millrace.rtmp() + "/brief/cmaf", published,
                    dir.resolve("publish.log"));
            URI multivariant = millrace.http("/brief/cmaf.m3u8");
            Awaitility.await().atMost(HANG).until(() -> get(client, multivariant).statusCode() == 200);
            assertThat(get(client, multivariant).body()).contains("/video0/index.m3u8", "/audio0/index.m3u8",
                    "AUDIO=\"aac\"");
            Path live = dir.resolve("live.mkv");
            ffmpeg.record(multivariant, LIVE_SECONDS, live);
            ffmpeg.assertDecodesWithoutErrors(live);
            publisher.destroy();
            assertThat(publisher.waitFor()).as("ffmpeg ends as told, and not before")
                    .isEqualTo(Ffmpeg.ENDED_BY_SIGNAL);
            URI stream = millrace.http("/api/v1/streams/brief/cmaf");
            Awaitility.await().atMost(HANG).until(() -> get(client, stream).body().contains("\"state\":\"ended\""));

            Path past = dir.resolve("past.mkv");
            ffmpeg.record(multivariant, ALL_SECONDS, past);
            assertThat(ffmpeg.codedHashes(past, "v")).isEqualTo(ffmpeg.codedHashes(published, "v"));
            List<String> sound = ffmpeg.codedHashes(past, "a");
            assertThat(sound).hasSizeGreaterThan(CLIP_SECONDS * GOP_FRAMES);
            assertThat(ffmpeg.codedHashes(published, "a")).as("all from the first keyframe on")
                    .endsWith(sound.toArray(String[]::new));
        }
    }

    private static HttpResponse<String> get(HttpClient client, URI uri) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
