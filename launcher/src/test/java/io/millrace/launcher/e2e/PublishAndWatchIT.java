package io.millrace.launcher.e2e;

import io.millrace.launcher.e2e.Deployment.Layout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The main use: FFmpeg publishes, and HLS and HTTP-FLV viewers receive every access unit, in order and unchanged. */
class PublishAndWatchIT {
    private static final int CLIP_SECONDS = 6;
    private static final long SOME_BYTES = 150_000;
    private static final int SOME_PLAYLISTS = 3;
    private static final Duration HANG = Duration.ofMinutes(3);
    private static final int GOP_FRAMES = 60;

    private final Ffmpeg ffmpeg = new Ffmpeg();

    @Test
    void everyAccessUnitArrivesInOrder(@TempDir Path dir) throws Exception {
        publishAndWatch(Layout.A_PROCESS_A_STAGE, dir);
    }

    @Tag("matrix")
    @Test
    void everyAccessUnitArrivesInOrderFromOneProcess(@TempDir Path dir) throws Exception {
        publishAndWatch(Layout.ONE_PROCESS, dir);
    }

    private void publishAndWatch(Layout layout, Path dir) throws Exception {
        Path clip = dir.resolve("clip.flv");
        ffmpeg.makeClip(clip, CLIP_SECONDS, GOP_FRAMES);
        try (Deployment millrace = Deployment.start(layout, dir, "--grace", "3s", "--window", "30m");
                Viewers viewers = new Viewers()) {
            Path published = dir.resolve("published.flv");
            Process publisher = ffmpeg.publishForEver(clip, millrace.rtmp() + "/live/show", published,
                    dir.resolve("publish.log"));
            HlsRecorder playlist = viewers.hlsRecorder(millrace.http("/live/show@ts.m3u8"), dir.resolve("hls.ts"));
            Future<HlsRecorder.Recording> hls = viewers.watch(playlist);
            List<Future<Path>> flv = new ArrayList<>();
            for (int viewer = 0; viewer < 4; viewer++) {
                Path file = dir.resolve("viewer" + viewer + ".flv");
                flv.add(viewers.flv(millrace.http("/live/show.flv"), file));
                // Viewers join at several moments of the stream: each one when the previous one has received some of
                // it.
                Awaitility.await().atMost(HANG).until(() -> Files.exists(file) && Files.size(file) > SOME_BYTES);
            }
            Awaitility.await().atMost(HANG).until(() -> playlist.soFar().size() > SOME_PLAYLISTS);
            publisher.destroy();
            assertThat(publisher.waitFor()).as("ffmpeg ends as told, and not before")
                    .isEqualTo(Ffmpeg.ENDED_BY_SIGNAL);

            Arrivals arrivals = new Arrivals(ffmpeg, published, GOP_FRAMES);
            for (Future<Path> viewer : flv) {
                arrivals.reachedFlvViewer(viewer.get());
            }
            arrivals.reachedHlsViewer(hls.get());
            int groups = arrivals.frames() / GOP_FRAMES;
            assertThat(hls.get().segments()).isBetween(groups, groups + 1);
        }
    }
}
