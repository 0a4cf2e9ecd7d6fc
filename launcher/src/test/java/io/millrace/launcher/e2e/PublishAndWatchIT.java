package io.millrace.launcher.e2e;

import io.millrace.launcher.e2e.Deployment.Layout;
import io.millrace.media.mpegts.TsReader;
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
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The main job: FFmpeg publishes, viewers of HLS and HTTP-FLV get every access unit, in order, unchanged. */
class PublishAndWatchIT {
    private static final int CLIP_SECONDS = 20;

    private final Ffmpeg ffmpeg = new Ffmpeg();
    private final HttpClient client = HttpClient.newHttpClient();

    @ParameterizedTest
    @EnumSource(Layout.class)
    void everyAccessUnitArrivesInOrder(Layout layout, @TempDir Path dir) throws Exception {
        Path clip = dir.resolve("clip.flv");
        ffmpeg.makeClip(clip, CLIP_SECONDS, 60);
        try (Deployment millrace = Deployment.start(layout, dir, "--grace", "3s", "--window", "2m");
                ExecutorService viewers = Executors.newVirtualThreadPerTaskExecutor()) {
            Process publisher = ffmpeg.publish(clip, millrace.rtmp() + "/live/show", dir.resolve("publish.log"));
            Future<HlsRecorder.Recording> hls = viewers.submit(new HlsRecorder(client,
                    waitUntilKnown(millrace.http("/live/show.m3u8")), dir.resolve("hls.ts")));
            List<Future<Path>> flv = new ArrayList<>();
            for (int viewer = 0; viewer < 4; viewer++) {
                Path file = dir.resolve("viewer" + viewer + ".flv");
                flv.add(viewers.submit(() -> watch(millrace.http("/live/show.flv"), file)));
                // Viewers join at several moments of the stream.
                Thread.sleep(Duration.ofMillis(2700));
            }
            assertThat(publisher.waitFor()).as("ffmpeg publishes without an error").isZero();

            List<String> sentVideo = ffmpeg.codedHashes(clip, "v");
            List<String> sentAudio = ffmpeg.codedHashes(clip, "a");
            for (Future<Path> viewer : flv) {
                arrivedFromAKeyframeOn(sentVideo, ffmpeg.codedHashes(viewer.get(), "v"));
                isEndOf(sentAudio, ffmpeg.codedHashes(viewer.get(), "a"));
                ffmpeg.decodesWithoutAWord(viewer.get());
            }
            HlsRecorder.Recording recording = hls.get();
            assertThat(ffmpeg.decodedHashes(recording.ts())).isEqualTo(ffmpeg.decodedHashes(clip));
            isEndOf(sentAudio, ffmpeg.codedHashes(recording.ts(), "a", "-bsf:a", "aac_adtstoasc"));
            ffmpeg.decodesWithoutAWord(recording.ts());
            assertThat(new TsReader().feed(ByteBuffer.wrap(Files.readAllBytes(recording.ts()))).finish()
                    .continuityErrors())
                    .isEmpty();
            assertThat(recording.segments()).isBetween(CLIP_SECONDS / 2 - 1, CLIP_SECONDS / 2 + 1);
        }
    }

    private static void arrivedFromAKeyframeOn(List<String> sent, List<String> arrived) {
        isEndOf(sent, arrived);
        assertThat((sent.size() - arrived.size()) % 60).as("frames of a GOP that are missing at the start").isZero();
    }

    private static void isEndOf(List<String> sent, List<String> arrived) {
        assertThat(arrived).isNotEmpty();
        assertThat(Collections.lastIndexOfSubList(sent, arrived))
                .as("place of the %d units that arrived in the %d that were sent", arrived.size(), sent.size())
                .isEqualTo(sent.size() - arrived.size());
    }

    private URI waitUntilKnown(URI multivariant) throws IOException, InterruptedException {
        for (int attempt = 0; attempt < 50; attempt++) {
            if (status(multivariant) == 200) {
                return multivariant;
            }
            Thread.sleep(Duration.ofMillis(100));
        }
        throw new AssertionError(multivariant + " answers " + status(multivariant));
    }

    private int status(URI uri) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private Path watch(URI uri, Path file) throws IOException, InterruptedException {
        HttpResponse<Path> response = client.send(HttpRequest.newBuilder(uri).build(),
                HttpResponse.BodyHandlers.ofFile(file));
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body();
    }
}
