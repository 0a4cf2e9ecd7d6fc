package io.millrace.launcher.cluster;

import io.millrace.launcher.cluster.Cluster.Stage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Ten minutes of a stream, published faster than real time by an encoder that reconnects in between, are read at random
 * positions while the stream continues and one node of every stage is killed. Viewers of the past must receive exactly
 * the frames of the log.
 *
 * <p>{@code -Dmillrace.past.reads=200} sets the number of reads; {@code -Dmillrace.past.seed} repeats the same reads.
 */
@Tag("chaos")
class PastIT {
    private static final int READS = Integer.getInteger("millrace.past.reads", 200);
    private static final long SEED = Long.getLong("millrace.past.seed", System.nanoTime());
    private static final long PUBLISH_MS = Duration.ofMinutes(5).toMillis();
    private static final long LONGEST_MS = Duration.ofMinutes(1).toMillis();
    private static final int PARTITIONS = 8;
    private static final int READERS = 6;
    private static final String STREAM = "live/past";
    private static final Duration SLOWEST = Duration.ofMinutes(3);
    private static final int TIMEOUT_SECONDS = 600;

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final SplittableRandom random = new SplittableRandom(SEED);

    @Test
    @Timeout(TIMEOUT_SECONDS)
    void readsOfPastReturnFramesOfLog(@TempDir Path dir) throws Exception {
        try (Cluster cluster = ProcessCluster.start(dir, 1, "--partitions", String.valueOf(PARTITIONS), "--grace",
                "60s"); ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            HurriedEncoder first = publish(cluster, 0, threads);
            first.awaitCaughtUp();
            cluster.kill(Stage.SEGMENTER, 0);
            first.end();
            awaitFarewell(cluster);
            HurriedEncoder second = publish(cluster, 1, threads);
            second.awaitCaughtUp();
            cluster.kill(Stage.PACKAGER, 0);
            try {
                ExpectedRanges log = awaitPublished(cluster);
                read(cluster, log, READS / 2);
                cluster.start(Stage.SEGMENTER, 0);
                cluster.start(Stage.PACKAGER, 0);
                for (Stage stage : List.of(Stage.INGEST, Stage.SEGMENTER, Stage.PACKAGER, Stage.EDGE)) {
                    cluster.kill(stage, 1);
                    cluster.start(stage, 1);
                }
                read(cluster, log, READS - READS / 2);
            } finally {
                second.end();
            }
        } finally {
            http.shutdownNow();
        }
    }

    /** Both publishes use the same node; the other one is not part of this test. */
    private static HurriedEncoder publish(Cluster cluster, int number, ExecutorService threads) {
        HurriedEncoder encoder = new HurriedEncoder(URI.create(cluster.rtmp(0) + "/" + STREAM), number, PUBLISH_MS);
        threads.submit(encoder);
        return encoder;
    }

    /**
     * Media that was sent faster than real time may still be in flight. If the encoder reconnected before it has
     * arrived, it would take over its own stream, and the rest of the first session would be ignored.
     */
    private static void awaitFarewell(Cluster cluster) {
        Awaitility.await("the first publish has ended in the log").atMost(SLOWEST)
                .untilAsserted(() -> assertThat(UndisturbedRun.read(cluster.kafka(), PARTITIONS))
                        .hasEntrySatisfying(STREAM, run -> assertThat(run.isLeft()).isTrue()));
    }

    /**
     * Returns the expected ranges once both edges list both publishes up to the end of the media that was sent faster
     * than real time.
     */
    private ExpectedRanges awaitPublished(Cluster cluster) {
        AtomicReference<ExpectedRanges> told = new AtomicReference<>();
        Awaitility.await("both publishes are in the log").atMost(SLOWEST).untilAsserted(() -> {
            UndisturbedRun run = UndisturbedRun.read(cluster.kafka(), PARTITIONS).get(STREAM);
            assertThat(run.failures()).isEmpty();
            assertThat(run.sessionsWithFrames()).as("sessions").isEqualTo(2);
            told.set(new ExpectedRanges(run));
            assertThat(told.get().endMs() - told.get().beginMs()).isGreaterThan(2 * PUBLISH_MS - 5_000);
        });
        ExpectedRanges log = told.get();
        for (int edge = 0; edge < cluster.nodes(Stage.EDGE); edge++) {
            RangePlayer viewer = new RangePlayer(http, cluster, edge, STREAM);
            Awaitility.await("edge " + edge + " lists them").atMost(SLOWEST)
                    .until(() -> viewer.livePaths().contains(log.lastPath()));
        }
        return log;
    }

    private void read(Cluster cluster, ExpectedRanges log, int count)
            throws InterruptedException, ExecutionException, IOException {
        List<Future<?>> reads = new ArrayList<>();
        try (ExecutorService readers = Executors.newFixedThreadPool(READERS)) {
            for (int i = 0; i < count; i++) {
                RangePlayer viewer = new RangePlayer(http, cluster, i % cluster.nodes(Stage.EDGE), STREAM);
                long startMs = random.nextLong(log.beginMs() - 5_000, log.endMs());
                long endMs = Math.min(log.endMs(), Math.max(startMs, log.beginMs()) + random.nextLong(1, LONGEST_MS));
                long joinMs = random.nextLong(log.endMs() - LONGEST_MS, log.endMs());
                int kind = i % 10;
                reads.add(readers.submit(() -> {
                    switch (kind) {
                        case 0 -> log.isRunOfFrames(viewer.openFlv(joinMs), joinMs);
                        case 1 -> log.isRunOfSegments(viewer.openHls(joinMs), joinMs);
                        case 2, 4, 6, 8 -> log.isRangeOfSegments(viewer.closedHls(startMs, endMs), startMs, endMs);
                        default -> log.isRangeOfFrames(viewer.closedFlv(startMs, endMs), startMs, endMs);
                    }
                    return null;
                }));
            }
        }
        for (Future<?> read : reads) {
            read.get();
        }
        assertThat(reads).as("reads, seed %d", SEED).hasSize(count);
    }
}
