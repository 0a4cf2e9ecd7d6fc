package io.millrace.launcher.e2e;

import io.millrace.launcher.cluster.Cluster;
import io.millrace.launcher.cluster.Cluster.Stage;
import io.millrace.launcher.cluster.ContainerCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The published image as a cluster: three brokers and two nodes of each stage. */
@Tag("containers")
class ContainersIT {
    private static final int CLIP_SECONDS = 40;
    private static final int GOP_FRAMES = 60;
    /** Bytes that a viewer of FLV has received about ten seconds into the clip. */
    private static final long MIDDLE_BYTES = 1_000_000;
    /** For a slow machine; the image was built before. */
    private static final int TIMEOUT_SECONDS = 600;
    private static final Duration HEALTH = Duration.ofMinutes(3);

    private final Ffmpeg ffmpeg = new Ffmpeg();

    @Test
    @Timeout(TIMEOUT_SECONDS)
    void losesNothingWhenBrokerDies(@TempDir Path dir) throws Exception {
        Path clip = dir.resolve("clip.flv");
        ffmpeg.makeClip(clip, CLIP_SECONDS, GOP_FRAMES);
        try (ContainerCluster millrace = ContainerCluster.start(
                Map.of("MILLRACE_GRACE", "3s", "MILLRACE_WINDOW", "2m"));
                Viewers viewers = new Viewers()) {
            allAreHealthy(millrace);
            Process publisher = ffmpeg.publish(clip, millrace.rtmp(0) + "/live/show", dir.resolve("publish.log"));
            List<Future<HlsRecorder.Recording>> hls = new ArrayList<>();
            List<Future<Path>> flv = new ArrayList<>();
            for (int edge = 0; edge < millrace.nodes(Stage.EDGE); edge++) {
                hls.add(viewers.hls(millrace.http(edge, "/live/show@ts.m3u8"), dir.resolve("edge" + edge + ".ts")));
                flv.add(viewers.flv(millrace.http(edge, "/live/show.flv"), dir.resolve("edge" + edge + ".flv")));
            }
            Awaitility.await("a viewer is in the middle").atMost(Duration.ofSeconds(CLIP_SECONDS))
                    .until(() -> size(dir.resolve("edge0.flv")) > MIDDLE_BYTES);
            assertThat(publisher.isAlive()).as("the clip goes on when the broker dies").isTrue();
            millrace.kill(Stage.BROKER, leader(millrace));
            assertThat(publisher.waitFor()).as("ffmpeg publishes without an error").isZero();

            Arrivals arrivals = new Arrivals(ffmpeg, clip, GOP_FRAMES);
            for (Future<Path> viewer : flv) {
                arrivals.reachedFlvViewer(viewer.get());
            }
            for (Future<HlsRecorder.Recording> viewer : hls) {
                arrivals.reachedHlsViewer(viewer.get());
            }
            assertThat(hls.getFirst().get().ts()).hasSameBinaryContentAs(hls.getLast().get().ts());
        }
    }

    /** A viewer creates its file when the edge responds. */
    private static long size(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    /** The image's health check, which orchestrators and load balancers query. */
    private static void allAreHealthy(ContainerCluster millrace) {
        for (Stage stage : Stage.values()) {
            for (int node = 0; node < millrace.nodes(stage); node++) {
                int index = node;
                Awaitility.await(stage + " " + node + " is healthy").atMost(HEALTH)
                        .until(() -> millrace.health(stage, index).equals("healthy"));
            }
        }
    }

    /** The broker whose loss takes longest: the controllers must elect another leader first. */
    private static int leader(Cluster millrace) throws InterruptedException, ExecutionException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", millrace.kafka()))) {
            return admin.describeMetadataQuorum().quorumInfo().get().leaderId() - 1;
        }
    }
}
