package io.millrace.launcher.e2e;

import io.millrace.launcher.e2e.Deployment.Layout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The main job: FFmpeg publishes, viewers of HLS and HTTP-FLV get every access unit, in order, unchanged. */
class PublishAndWatchIT {
    private static final int CLIP_SECONDS = 20;
    private static final long SOME_BYTES = 150_000;
    private static final Duration HANG = Duration.ofMinutes(3);
    private static final int GOP_FRAMES = 60;

    private final Ffmpeg ffmpeg = new Ffmpeg();

    @ParameterizedTest
    @EnumSource(Layout.class)
    void everyAccessUnitArrivesInOrder(Layout layout, @TempDir Path dir) throws Exception {
        Path clip = dir.resolve("clip.flv");
        ffmpeg.makeClip(clip, CLIP_SECONDS, GOP_FRAMES);
        try (Deployment millrace = Deployment.start(layout, dir, "--grace", "3s", "--window", "2m");
                Viewers viewers = new Viewers()) {
            Process publisher = ffmpeg.publish(clip, millrace.rtmp() + "/live/show", dir.resolve("publish.log"));
            Future<HlsRecorder.Recording> hls = viewers.hls(millrace.http("/live/show.m3u8"), dir.resolve("hls.ts"));
            List<Future<Path>> flv = new ArrayList<>();
            for (int viewer = 0; viewer < 4; viewer++) {
                Path file = dir.resolve("viewer" + viewer + ".flv");
                flv.add(viewers.flv(millrace.http("/live/show.flv"), file));
                // Viewers join at several moments of the stream: the next one when this one has seen some of it.
                Awaitility.await().atMost(HANG).until(() -> Files.exists(file) && Files.size(file) > SOME_BYTES);
            }
            assertThat(publisher.waitFor()).as("ffmpeg publishes without an error").isZero();

            Arrivals arrivals = new Arrivals(ffmpeg, clip, GOP_FRAMES);
            for (Future<Path> viewer : flv) {
                arrivals.reachedFlvViewer(viewer.get());
            }
            arrivals.reachedHlsViewer(hls.get());
            assertThat(hls.get().segments()).isBetween(CLIP_SECONDS / 2 - 1, CLIP_SECONDS / 2 + 1);
        }
    }
}
