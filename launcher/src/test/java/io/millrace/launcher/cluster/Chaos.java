package io.millrace.launcher.cluster;

import io.millrace.launcher.cluster.Cluster.Stage;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.testkit.oracle.Violation;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;

/**
 * One round: encoders publish, HLS and HTTP-FLV viewers watch at every edge, and nodes die or freeze one after the
 * other. At the end, the log is read again and compared with everything that viewers received.
 *
 * <p>Runs on any {@link Cluster}. Confined to one thread.
 */
final class Chaos implements AutoCloseable {
    /** The number of encoders and viewers. */
    record Load(int publishers, int hlsViewers, int flvViewers) {
        @Override
        public String toString() {
            return publishers + " publishers, " + hlsViewers + " viewers by HLS, " + flvViewers + " by HTTP-FLV";
        }
    }

    /** A fault, from the moment before it until every viewer has received media that was sent after the repair. */
    private record Span(Damage damage, long fromNanos, long toNanos) {}

    /** How long a fault lasts that does not end by itself: longer than all leases and session timeouts. */
    private static final Duration PAUSE = Duration.ofSeconds(Integer.getInteger("millrace.chaos.seconds", 10));
    /** Only bounds a hang; the report contains the actual duration. */
    private static final long RECOVERY_SECONDS = 300;
    /** A viewer may notice late that its edge was dead. */
    private static final long AFTERMATH_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final Duration POLL = Duration.ofMillis(50);

    private final Cluster cluster;
    private final int partitions;
    private final int round;
    private final ChaosReport report;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final SegmentLedger ledger = new SegmentLedger();
    private final List<Encoder> encoders = new ArrayList<>();
    private final List<FlvViewer> flv = new ArrayList<>();
    private final List<HlsViewer> hls = new ArrayList<>();
    private final List<Span> spans = new ArrayList<>();
    private final Churn churn;
    private Map<String, UndisturbedRun> told = Map.of();
    /** When the last encoder had ended: with the grace period after it, streams end for everybody. */
    private long endedNanos = Long.MAX_VALUE;

    /**
     * Starts encoders and viewers.
     *
     * @param round number of the round. It is part of the stream names, so that each round has its own streams
     */
    Chaos(Cluster cluster, int partitions, Load load, int round, ChaosReport report) {
        this.cluster = cluster;
        this.partitions = partitions;
        this.round = round;
        this.report = report;
        churn = new Churn(cluster, threads, "live/r" + round + "c");
        int edges = cluster.nodes(Stage.EDGE);
        for (int i = 0; i < load.publishers(); i++) {
            encoders.add(new Encoder(cluster, i, name(round, i, partitions)));
        }
        for (int i = 0; i < load.hlsViewers(); i++) {
            hls.add(new HlsViewer(http, cluster, stream(i), i % edges, ledger));
        }
        for (int i = 0; i < load.flvViewers(); i++) {
            flv.add(new FlvViewer(http, cluster, stream(i), (i + 1) % edges));
        }
        encoders.forEach(threads::submit);
        viewers().forEach(threads::submit);
    }

    /**
     * Returns names that spread over the partitions so that both nodes of a stage have some, whether partitions are
     * assigned in halves or alternately: 0, 5, 2, 7 and so on of eight.
     */
    private static String name(int round, int publisher, int partitions) {
        int wanted = publisher * 5 % partitions;
        return IntStream.iterate(0, i -> i + 1).mapToObj(i -> "live/r" + round + "s" + publisher + "x" + i)
                .filter(name -> StreamKey.partition(name, partitions) == wanted).findFirst().orElseThrow();
    }

    private String stream(int viewer) {
        return encoders.get(viewer % encoders.size()).stream();
    }

    private List<Viewer> viewers() {
        List<Viewer> all = new ArrayList<>(hls);
        all.addAll(flv);
        return all;
    }

    /** Waits until every viewer receives media. */
    void awaitPlaying() throws InterruptedException {
        awaitMediaSentAfter(System.currentTimeMillis(), "everybody watches", null);
    }

    /**
     * Causes {@code fault} at a node, repairs it, and returns when every viewer has received media that was sent after
     * that.
     *
     * @param turn selects the node
     */
    void strike(Fault fault, int turn) throws IOException, InterruptedException {
        churn.before();
        Damage damage = Damage.of(cluster, fault, turn, stream(turn), partitions);
        damage.prepare();
        awaitMediaSentAfter(System.currentTimeMillis(), "calm before " + fault, null);
        long from = System.nanoTime();
        long atMs = System.currentTimeMillis();
        damage.inflict();
        churn.during();
        if (damage.isAlone()) {
            damage.repair();
        }
        if (lasts(fault)) {
            // How long the fault is meant to last.
            Thread.sleep(PAUSE);
        }
        if (fault.isSurvived()) {
            awaitMediaSentAfter(atMs, "recovery from " + fault, damage);
        }
        long recoveryMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
        churn.beforeRepair();
        if (!damage.isAlone()) {
            damage.repair();
        }
        awaitMediaSentAfter(System.currentTimeMillis(), "recovery from the repair of " + fault, null);
        churn.afterwards();
        Span span = new Span(damage, from, System.nanoTime());
        spans.add(span);
        if (!fault.isSurvived()) {
            recoveryMs = TimeUnit.NANOSECONDS.toMillis(span.toNanos - from);
        }
        report.add(fault, new ChaosReport.Occurrence(stallMs(flv, span), stallMs(hls, span), recoveryMs));
    }

    private static boolean lasts(Fault fault) {
        return switch (fault.kind()) {
            case KILL, FULL_DISK, RESTORE -> false;
            case PAUSE, CUT, RESET, CLOCK_AHEAD, CLOCK_BEHIND -> true;
        };
    }

    /** Stops a node and starts it again. */
    @FunctionalInterface
    interface Restart {
        void run() throws IOException, InterruptedException;
    }

    /** Restarts a node, and returns when every viewer has received media that was sent after that. */
    void restart(Stage stage, int node, Restart restart) throws IOException, InterruptedException {
        long from = System.nanoTime();
        restart.run();
        awaitMediaSentAfter(System.currentTimeMillis(), "restart of a node of " + stage, null);
        spans.add(new Span(Damage.of(cluster, Fault.valueOf("KILL_" + stage), node, "", partitions), from,
                System.nanoTime()));
    }

    private static long stallMs(List<? extends Viewer> viewers, Span span) {
        return viewers.stream().filter(v -> !span.damage().hurtsEdge(v.edge()))
                .mapToLong(v -> v.arrivals().longestGapNanos(span.fromNanos(), span.toNanos()) - v.normalGapNanos())
                .map(TimeUnit.NANOSECONDS::toMillis).max().orElse(0);
    }

    private void awaitMediaSentAfter(long atMs, String what, Damage except) throws InterruptedException {
        await(what, () -> viewers().stream().filter(v -> except == null || !except.hurtsEdge(v.edge()))
                .allMatch(v -> v.arrivals().newestSentMs() > atMs));
    }

    private void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(RECOVERY_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + RECOVERY_SECONDS + " s: " + what + "; newest media "
                        + viewers().stream().map(v -> "%s %s at edge %d: %d ms ago, %s".formatted(
                                v.getClass().getSimpleName(), v.stream(), v.edge(),
                                System.currentTimeMillis() - v.arrivals().newestSentMs(), v.arrivals().failures()))
                                .toList());
            }
            Thread.sleep(POLL);
        }
    }

    /** Ends the streams and compares everything with the log. */
    void endAndJudge() throws IOException, InterruptedException {
        endAndJudge(true);
    }

    /**
     * Like {@link #endAndJudge()}.
     *
     * @param readsSegments whether this release can read {@code segments}, which the reference model needs
     */
    void endAndJudge(boolean readsSegments) throws IOException, InterruptedException {
        publishers().forEach(Encoder::end);
        Map<String, UndisturbedRun> told = awaitEnd();
        SoftAssertions judge = new SoftAssertions();
        long frames = 0;
        long lost = 0;
        for (Encoder encoder : publishers()) {
            UndisturbedRun run = told.get(encoder.stream());
            if (run == null) {
                // Nothing of it was acknowledged.
                continue;
            }
            judge.assertThat(run.failures()).as("failures while cutting %s", encoder.stream()).isEmpty();
            Judge.assertSentIsInLog(judge, encoder, run);
            Judge.assertLogIsInSegments(judge, encoder.stream(), run);
            for (int edge = 0; edge < cluster.nodes(Stage.EDGE); edge++) {
                assertSegmentsOfUndisturbedRun(judge, run, edge);
            }
            hls.stream().filter(v -> v.stream().equals(encoder.stream())).forEach(v -> Judge.hls(judge, v, run));
            flv.stream().filter(v -> v.stream().equals(encoder.stream())).forEach(v -> Judge.flv(judge, v, run));
            frames += run.names().size();
            lost += Judge.lost(run);
        }
        judge.assertThat(ledger.differing()).as("fetches of one URL that differ").isEmpty();
        List<Violation> broken = readsSegments
                ? ReferenceJudge.read(cluster.kafka(), partitions).violations(publishers(), ledger)
                : List.of();
        judge.assertThat(broken).as("promises that the reference model finds broken").isEmpty();
        int thrownOut = thrownOut(judge);
        report.total(("%d publishers, %d frames in the log, %d of them in no segment; %d fetches of %d segments "
                + "compared, %d differ; promises broken: %d; viewers thrown out that were not on the hurt node: %d; %d checks "
                + "failed")
                .formatted(publishers().size(), frames, lost, ledger.fetches(), ledger.segments(),
                        ledger.differing().size(), broken.size(), thrownOut, judge.assertionErrorsCollected().size()));
        judge.assertAll();
    }

    private List<Encoder> publishers() {
        List<Encoder> all = new ArrayList<>(encoders);
        all.addAll(churn.all());
        return all;
    }

    /** Returns the undisturbed run once every viewer has received its last media. */
    private Map<String, UndisturbedRun> awaitEnd() throws InterruptedException {
        await("all encoders have ended", () -> publishers().stream().allMatch(Encoder::hasEnded));
        endedNanos = System.nanoTime();
        // The end of a session is written to the log after its publisher has left.
        await("the log tells the ends", () -> {
            told = UndisturbedRun.read(cluster.kafka(), partitions);
            return publishers().stream().allMatch(e -> isLeft(e, told.get(e.stream())));
        });
        await("viewers of HLS have the last segment", () -> hls.stream().allMatch(v -> v.segments()
                .contains(told.get(v.stream()).segments().getLast().path())));
        await("viewers of FLV have the last frame", () -> flv.stream().allMatch(v -> !v.connections().isEmpty()
                && v.connections().getLast().contains(told.get(v.stream()).names().getLast())));
        await("edges serve the last segments of unwatched streams",
                () -> churn.all().stream().allMatch(e -> isPackaged(told.get(e.stream()))));
        return told;
    }

    /**
     * Whether the log tells the end of a stream. If its node died, the end was written on suspicion, after which nothing is
     * cut until the grace period is over.
     */
    private static boolean isLeft(Encoder encoder, UndisturbedRun run) {
        boolean clean = !encoder.publishes().isEmpty() && encoder.publishes().getLast().clean();
        return run == null ? !clean : clean && run.isLeft() || run.hasEnded() || run.names().isEmpty();
    }

    /** Whether each edge lists the last segment of a stream that nobody watches. */
    private boolean isPackaged(UndisturbedRun run) {
        return run == null || run.segments().isEmpty() || IntStream.range(0, cluster.nodes(Stage.EDGE))
                .allMatch(edge -> isServed(edge, run.segments().getLast().path()));
    }

    private boolean isServed(int edge, String path) {
        try {
            return http.send(HttpRequest.newBuilder(cluster.http(edge, path)).build(),
                    HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            throw new AssertionError(path + " at edge " + edge, e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void assertSegmentsOfUndisturbedRun(SoftAssertions judge, UndisturbedRun run, int edge)
            throws IOException, InterruptedException {
        for (UndisturbedRun.Segment segment : run.segments()) {
            HttpResponse<byte[]> response = http.send(
                    HttpRequest.newBuilder(cluster.http(edge, segment.path())).build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            judge.assertThat(response.statusCode()).as("%s on edge %d", segment.path(), edge).isEqualTo(200);
            if (response.statusCode() == 200) {
                ledger.fetched(segment.path(), response.body(), "edge " + edge + " at the end");
                judge.assertThat(response.body()).as("%s on edge %d and of the undisturbed run", segment.path(), edge)
                        .isEqualTo(segment.bytes());
            }
        }
    }

    private int thrownOut(SoftAssertions judge) {
        int count = 0;
        for (Viewer viewer : viewers()) {
            for (Arrivals.Failure failure : viewer.arrivals().failures()) {
                boolean own = failure.atNanos() > endedNanos
                        || spans.stream().anyMatch(s -> failure.atNanos() > s.fromNanos()
                                && failure.atNanos() < s.toNanos() + AFTERMATH_NANOS && mayFail(viewer, s));
                if (!own) {
                    count++;
                    judge.fail("%s of %s at edge %d was thrown out%s: %s", viewer.getClass().getSimpleName(),
                            viewer.stream(), viewer.edge(), during(failure), failure.why());
                }
            }
        }
        return count;
    }

    /**
     * Viewers of the affected edge may be disconnected; and while a partition has no leader for long, so may segment
     * requests fail, which players repeat.
     */
    private boolean mayFail(Viewer viewer, Span span) {
        return switch (span.damage().fault().kind()) {
            case CLOCK_AHEAD, CLOCK_BEHIND -> false;
            case KILL, PAUSE, CUT, RESET, FULL_DISK, RESTORE -> span.damage().hurtsEdge(viewer.edge())
                    || span.damage().hurts(Stage.BROKER) && cluster.findsLeadersLate()
                            && viewer instanceof HlsViewer;
        };
    }

    private String during(Arrivals.Failure failure) {
        return spans.stream().filter(s -> failure.atNanos() > s.fromNanos() && failure.atNanos() < s.toNanos())
                .map(s -> " by " + s.damage().fault()).findFirst().orElse("");
    }

    @Override
    public void close() throws IOException {
        publishers().forEach(Encoder::end);
        for (Viewer viewer : viewers()) {
            viewer.end();
        }
        threads.shutdownNow();
        http.shutdownNow();
    }
}
