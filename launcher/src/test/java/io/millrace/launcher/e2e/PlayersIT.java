package io.millrace.launcher.e2e;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** VLC and ffplay over each protocol that they support, from a moment in the stream to its end. */
@ExtendWith(SharedMillrace.class)
class PlayersIT {
    private static final int CLIP_SECONDS = 10;
    static final int GROUP_FRAMES = 30;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @Test
    void showPublishedMediaToEnd(Deployment millrace, @TempDir Path dir) throws Exception {
        var ffmpeg = new Ffmpeg();
        Path clip = dir.resolve("clip.flv");
        ffmpeg.makeClip(clip, CLIP_SECONDS, GROUP_FRAMES, "-s", "320x180");
        List<ScreenPlayer> players = new ArrayList<>();
        try {
            Path copy = dir.resolve("published.flv");
            Process publisher = ffmpeg.publishForEver(clip, millrace.rtmp() + "/brief/players", copy,
                    dir.resolve("publish.log"));
            try {
                await(millrace, "\"codec\"");
                for (String url : List.of(millrace.rtmp() + "/brief/players",
                        millrace.http("/brief/players.flv").toString(),
                        millrace.http("/brief/players.m3u8").toString())) {
                    String protocol = url.endsWith("/players") ? "rtmp" : url.substring(url.lastIndexOf('.') + 1);
                    players.add(new ScreenPlayer.Ffplay(url, dir, "ffplay-" + protocol));
                    players.add(new ScreenPlayer.Vlc(ffmpeg, url, dir, "vlc-" + protocol));
                }
                await(millrace, "\"viewers\":{\"hls\":2,\"dash\":0,\"flv\":2,\"ws\":0,\"rtmp\":2}");
                for (ScreenPlayer player : players) {
                    Awaitility.await(player + " shows something").atMost(PATIENCE).until(player::showsSomething);
                }
            } finally {
                publisher.destroy();
                publisher.waitFor();
            }
            List<String> published = ffmpeg.shown(copy);
            for (ScreenPlayer player : players) {
                player.awaitEnd();
                player.assertEndOf(published);
            }
        } finally {
            players.forEach(ScreenPlayer::close);
        }
    }

    private static void await(Deployment millrace, String state) {
        HttpRequest request = HttpRequest.newBuilder(millrace.http("/api/v1/streams/brief/players")).build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(
                    () -> client.send(request, HttpResponse.BodyHandlers.ofString()).body().contains(state));
        }
    }
}
