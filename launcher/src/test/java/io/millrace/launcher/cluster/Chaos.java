package io.millrace.launcher.cluster;

import io.millrace.launcher.cluster.Cluster.Stage;
import io.millrace.platform.kafka.StreamKey;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
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
    private record Span(Fault fault, int node, long fromNanos, long toNanos) {}

    private static final Duration PAUSE = Duration.ofSeconds(10);
    /** Only bounds a hang; the report contains the actual duration. */
    private static final long RECOVERY_SECONDS = 300;
    /** A viewer may notice late that its edge was dead. */
    private static final long AFTERMATH_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final Duration POLL = Duration.ofMillis(50);

    /**
     * The group whose coordinator is killed. The offsets topic has one partition, so that broker coordinates the groups
     * of all stages.
     */
    private static final String GROUP = "millrace.segmenter";

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

    /**
     * Starts encoders and viewers.
     *
     * @param round number of the round. It is part of the stream names, so that each round has its own streams, and
     *     selects the nodes that are affected
     */
    Chaos(Cluster cluster, int partitions, Load load, int round, ChaosReport report) {
        this.cluster = cluster;
        this.partitions = partitions;
        this.round = round;
        this.report = report;
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
        awaitMediaSentAfter(System.currentTimeMillis(), "everybody watches", -1);
    }

    /**
     * Causes {@code fault} at a node, repairs it, and returns when every viewer has received media that was sent after
     * that.
     */
    void strike(Fault fault) throws IOException, InterruptedException {
        int node = fault == Fault.KILL_COORDINATOR ? coordinator() : round % cluster.nodes(fault.stage());
        long from = System.nanoTime();
        long atMs = System.currentTimeMillis();
        int lostEdge = fault.stage() == Stage.EDGE ? node : -1;
        boolean onlyOne = cluster.nodes(fault.stage()) == 1;
        switch (fault.kind()) {
            case KILL -> cluster.kill(fault.stage(), node);
            case PAUSE -> cluster.pause(fault.stage(), node);
        }
        if (onlyOne) {
            repair(fault, node);
        }
        if (fault.kind() == Fault.Kind.PAUSE) {
            // How long the fault is meant to last.
            Thread.sleep(PAUSE);
        }
        boolean pausedIngest = fault == Fault.PAUSE_INGEST;
        if (!pausedIngest) {
            awaitMediaSentAfter(atMs, "recovery from " + fault, lostEdge);
        }
        long recoveryMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
        if (!onlyOne) {
            repair(fault, node);
        }
        awaitMediaSentAfter(System.currentTimeMillis(), "recovery from the repair of " + fault, -1);
        Span span = new Span(fault, node, from, System.nanoTime());
        spans.add(span);
        report.add(fault, new ChaosReport.Occurrence(stallMs(flv, span), stallMs(hls, span), recoveryMs));
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
        awaitMediaSentAfter(System.currentTimeMillis(), "restart of a node of " + stage, -1);
        spans.add(new Span(Fault.valueOf("KILL_" + stage), node, from, System.nanoTime()));
    }

    /** Brokers are numbered from 1. */
    private int coordinator() throws InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.kafka()))) {
            return admin.describeConsumerGroups(List.of(GROUP)).describedGroups().get(GROUP).get().coordinator().id()
                    - 1;
        } catch (ExecutionException e) {
            throw new AssertionError("nobody tells who leads " + GROUP, e.getCause());
        }
    }

    private void repair(Fault fault, int node) throws IOException, InterruptedException {
        switch (fault.kind()) {
            case KILL -> cluster.start(fault.stage(), node);
            case PAUSE -> cluster.resume(fault.stage(), node);
        }
    }

    private static long stallMs(List<? extends Viewer> viewers, Span span) {
        return viewers.stream().filter(v -> span.fault().stage() != Stage.EDGE || v.edge() != span.node())
                .mapToLong(v -> v.arrivals().longestGapNanos(span.fromNanos(), span.toNanos()) - v.normalGapNanos())
                .map(TimeUnit.NANOSECONDS::toMillis).max().orElse(0);
    }

    private void awaitMediaSentAfter(long atMs, String what, int exceptEdge) throws InterruptedException {
        await(what, () -> viewers().stream().filter(v -> v.edge() != exceptEdge)
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
        encoders.forEach(Encoder::end);
        Map<String, UndisturbedRun> told = awaitEnd();
        SoftAssertions judge = new SoftAssertions();
        long frames = 0;
        long lost = 0;
        for (Encoder encoder : encoders) {
            UndisturbedRun run = told.get(encoder.stream());
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
        int thrownOut = thrownOut(judge);
        report.total(("%d frames in the log, %d of them in no segment; %d fetches of %d segments compared, %d "
                + "differ; viewers thrown out that were not on the hurt node: %d; %d checks failed").formatted(frames,
                        lost, ledger.fetches(),
                        ledger.segments(), ledger.differing().size(), thrownOut,
                        judge.assertionErrorsCollected().size()));
        judge.assertAll();
    }

    /** Returns the undisturbed run once every viewer has received its last media. */
    private Map<String, UndisturbedRun> awaitEnd() throws InterruptedException {
        await("all encoders have ended", () -> encoders.stream().allMatch(Encoder::hasEnded));
        // The end of a session is written to the log after its publisher has left.
        List<Map<String, UndisturbedRun>> read = new ArrayList<>(List.of(Map.of()));
        await("the log tells the ends, and all viewers have all of it", () -> {
            read.set(0, UndisturbedRun.read(cluster.kafka(), partitions));
            Map<String, UndisturbedRun> told = read.getFirst();
            return encoders.stream().allMatch(e -> told.get(e.stream()).isLeft())
                    && hls.stream().allMatch(v -> v.segments().contains(told.get(v.stream()).segments().getLast()
                            .path()))
                    && flv.stream().allMatch(v -> !v.connections().isEmpty() && v.connections().getLast()
                            .contains(told.get(v.stream()).names().getLast()));
        });
        return read.getFirst();
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
                boolean own = spans.stream().anyMatch(s -> failure.atNanos() > s.fromNanos()
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
     * Viewers of the affected edge may be disconnected; and while the only broker is dead, so may segment requests
     * fail, which players repeat.
     */
    private boolean mayFail(Viewer viewer, Span span) {
        return switch (span.fault().stage()) {
            case EDGE -> span.node() == viewer.edge();
            case BROKER -> cluster.nodes(Stage.BROKER) == 1 && viewer instanceof HlsViewer;
            case INGEST, SEGMENTER, PACKAGER -> false;
        };
    }

    private String during(Arrivals.Failure failure) {
        return spans.stream().filter(s -> failure.atNanos() > s.fromNanos() && failure.atNanos() < s.toNanos())
                .map(s -> " by " + s.fault()).findFirst().orElse("");
    }

    @Override
    public void close() throws IOException {
        encoders.forEach(Encoder::end);
        for (Viewer viewer : viewers()) {
            viewer.end();
        }
        threads.shutdownNow();
        http.shutdownNow();
    }
}
