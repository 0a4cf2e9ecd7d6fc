package io.millrace.launcher.e2e;

import io.millrace.media.flv.FlvTag;
import io.millrace.media.m3u8.MediaPlaylist;
import io.millrace.media.m3u8.MediaPlaylistReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Encoders connect to any ingest node and viewers to any edge: one process with all stages, and separately two ingest
 * nodes and an edge, which know of it only through its log.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnyNodeIT {
    /** Long enough for an encoder to return within the grace period, even on a busy machine. */
    private static final String[] RULES = {"--segment", "1s", "--window", "20s", "--grace", "10s"};

    private final Ffmpeg ffmpeg = new Ffmpeg();
    private final HttpClient client = HttpClient.newHttpClient();
    private final ExecutorService viewers = Executors.newVirtualThreadPerTaskExecutor();
    private final List<MillraceProcess> processes = new ArrayList<>();
    private final List<Process> encoders = new ArrayList<>();
    private Path dir;
    private Path small;
    private Path large;
    private MillraceProcess one;
    private MillraceProcess other;
    /** No other test publishes to this cluster. */
    private MillraceProcess victim;
    /** The two edges. */
    private List<String> edges;

    @BeforeAll
    void start(@TempDir Path temp) throws Exception {
        dir = temp;
        one = run("one", "up", "--rtmp-port", "0", "--http-port", "0", "--kafka-port", "0", "--data-dir",
                dir.resolve("data").toString());
        large = dir.resolve("large.flv");
        small = dir.resolve("small.flv");
        ffmpeg.makeClip(large, 6, 30);
        ffmpeg.makeClip(small, 6, 30, "-s", "320x180");
        String kafka = one.ready().get("kafka");
        other = run("other", "ingest", "--kafka", kafka, "--rtmp-port", "0");
        victim = run("victim", "ingest", "--kafka", kafka, "--rtmp-port", "0");
        MillraceProcess edge = run("edge", "edge", "--kafka", kafka, "--rtmp-port", "0", "--http-port", "0");
        other.ready();
        victim.ready();
        edges = List.of(one.ready().get("http"), edge.ready().get("http"));
    }

    @AfterAll
    void end() {
        encoders.forEach(Process::destroyForcibly);
        processes.reversed().forEach(MillraceProcess::close);
        viewers.close();
    }

    @Test
    void encoderContinuesStreamOnAnotherNode() throws Exception {
        Process first = publish(large, other, "show");
        List<HlsRecorder> hls = new ArrayList<>();
        List<FlvRecorder> flv = new ArrayList<>();
        for (String edge : edges) {
            URI multivariant = URI.create(edge + "/live/show@ts.m3u8");
            soon().until(() -> get(multivariant).statusCode() == 200);
            hls.add(new HlsRecorder(client, multivariant, dir.resolve("show-" + hls.size() + ".ts")));
            flv.add(new FlvRecorder(client, URI.create(edge + "/live/show.flv")));
        }
        List<Future<HlsRecorder.Recording>> playlists = submit(hls);
        List<Future<List<FlvTag>>> connections = submit(flv);
        soon().untilAsserted(() -> {
            assertThat(Stream.concat(playlists.stream(), connections.stream())).as("viewers, who watch on")
                    .allMatch(viewer -> viewer.state() == Future.State.RUNNING);
            assertThat(flv).allSatisfy(it -> assertThat(it.soFar()).hasSizeGreaterThan(100));
            assertThat(hls).allSatisfy(it -> assertThat(newest(it).segments()).hasSizeGreaterThan(2));
        });
        first.destroyForcibly().waitFor();
        Process second = publish(small, one, "show");
        soon().untilAsserted(() -> assertThat(hls).as("the seam is out of the window").allSatisfy(
                it -> assertThat(newest(it).discontinuitySequence()).isEqualTo(1)));
        second.destroy();
        assertThat(second.waitFor()).as("the second encoder ends as told, and not before")
                .isEqualTo(Ffmpeg.ENDED_BY_SIGNAL);

        // The encoder does not return within the grace period, so the epoch ends.
        List<List<FlvTag>> tags = new ArrayList<>();
        for (Future<List<FlvTag>> connection : connections) {
            tags.add(connection.get(120, TimeUnit.SECONDS));
        }
        tags.forEach(Seam::runsOn);
        Seam.assertSameTags(tags.get(0), tags.get(1));
        HlsRecorder.Recording here = playlists.get(0).get(120, TimeUnit.SECONDS);
        HlsRecorder.Recording there = playlists.get(1).get(120, TimeUnit.SECONDS);
        List<PacketLog.Session> sessions = PacketLog.sessions(one.ready().get("kafka"), "live/show", 2);
        Seam.isOneDiscontinuity(here.playlists(), sessions);
        Seam.isOneDiscontinuity(there.playlists(), sessions);
        Seam.assertSamePlaylists(here, there);
        assertNewPublishBeginsNewEpoch(here.digests().lastEntry().getKey());
    }

    private void assertNewPublishBeginsNewEpoch(URI oldSegment) throws Exception {
        byte[] before = client.send(HttpRequest.newBuilder(oldSegment).build(),
                HttpResponse.BodyHandlers.ofByteArray()).body();
        Process again = publish(large, other, "show");
        for (String edge : edges) {
            URI multivariant = URI.create(edge + "/live/show@ts.m3u8");
            soon().until(() -> !oldSegment.getPath().startsWith(mediaPlaylist(multivariant).resolve(".").getPath()));
            URI media = mediaPlaylist(multivariant);
            MediaPlaylist playlist = MediaPlaylistReader.read(get(media).body());
            assertThat(playlist.mediaSequence()).as("first number of a new epoch").isZero();
            assertThat(playlist.discontinuitySequence()).isZero();
            assertThat(playlist.ended()).isFalse();
            assertThat(playlist.segments()).noneMatch(s -> s.discontinuity());
            assertThat(client.send(HttpRequest.newBuilder(URI.create(edge + oldSegment.getPath())).build(),
                    HttpResponse.BodyHandlers.ofByteArray()).body()).as("a segment of the epoch before")
                    .isEqualTo(before);
        }
        again.destroyForcibly().waitFor();
    }

    /**
     * IngestServiceTest shows that two encoders cannot take turns forever; it passes the time window as an argument.
     */
    @Test
    void newestEncoderHasName() throws Exception {
        Process first = publish(large, other, "duel");
        awaitSession("duel", -1);
        long session = session("duel");
        FlvRecorder viewer = new FlvRecorder(client, URI.create(edges.get(1) + "/live/duel.flv"));
        Future<List<FlvTag>> watched = viewers.submit(viewer);
        soon().until(() -> viewer.soFar().size() > 50);
        Process second = publish(small, one, "duel");
        assertToldOfLoss(first, "Taken over by a newer publisher");
        awaitSession("duel", session);
        int before = viewer.soFar().size();
        soon().until(() -> viewer.soFar().size() > before + 50);
        assertThat(second.isAlive()).as("who has the stream goes on").isTrue();
        second.destroyForcibly().waitFor();
        Seam.isSteady(watched.get(120, TimeUnit.SECONDS));
    }

    @Test
    void otherNodeEndsSessionsOfDeadNode() throws Exception {
        Process encoder = publish(large, victim, "alone");
        awaitSession("alone", -1);
        URI multivariant = URI.create(edges.get(1) + "/live/alone@ts.m3u8");
        soon().until(() -> get(multivariant).statusCode() == 200);
        HlsRecorder hls = new HlsRecorder(client, multivariant, dir.resolve("alone.ts"));
        Future<HlsRecorder.Recording> recording = viewers.submit(hls);
        FlvRecorder viewer = new FlvRecorder(client, URI.create(edges.get(0) + "/live/alone.flv"));
        Future<List<FlvTag>> flv = viewers.submit(viewer);
        soon().until(() -> newest(hls).segments().size() >= 2);
        soon().until(() -> viewer.soFar().size() > 50);
        victim.process().destroyForcibly().waitFor();
        // The dead node may have owned the partition itself. Then its group membership must expire first.
        soon().until(() -> state("alone").equals("grace"));
        assertThat(flv).as("within grace").isNotDone();
        soon().until(() -> state("alone").equals("ended"));
        assertThat(newest(recording.get(120, TimeUnit.SECONDS).playlists()).ended()).isTrue();
        Seam.isSteady(flv.get(120, TimeUnit.SECONDS));
        assertThat(encoder.waitFor()).as("exit code of an encoder whose node died").isNotZero();
        assertThat(one.log() + other.log())
                .containsPattern("WARN .*live/alone: session \\d+ is ended because its node");
    }

    private MillraceProcess run(String name, String... args) throws IOException {
        List<String> all = Stream.of(Stream.of(args), Stream.of(RULES),
                Stream.of("--host", "127.0.0.1", "--admin-port", "0")).flatMap(s -> s).toList();
        MillraceProcess process = MillraceProcess.start(dir, name, all);
        processes.add(process);
        return process;
    }

    /** Publishes until it is killed or loses its server. */
    private Process publish(Path clip, MillraceProcess node, String stream) throws Exception {
        Process encoder = ffmpeg.publishForEver(clip, url(node, stream), encoderLog(encoders.size()));
        encoders.add(encoder);
        return encoder;
    }

    private static String url(MillraceProcess node, String stream) throws Exception {
        return node.ready().get("rtmp") + "/live/" + stream;
    }

    private Path encoderLog(int number) {
        return dir.resolve("encoder" + number + ".log");
    }

    private void assertToldOfLoss(Process encoder, String words) throws Exception {
        assertThat(encoder.waitFor(120, TimeUnit.SECONDS)).as("the encoder that lost ends").isTrue();
        String said = Files.readString(encoderLog(encoders.indexOf(encoder)));
        assertThat(encoder.exitValue()).as("its exit code; it says %s", said).isNotZero();
        assertThat(said).contains(words);
    }

    private <T> List<Future<T>> submit(List<? extends Callable<T>> all) {
        return all.stream().map(viewers::<T>submit).toList();
    }

    private void awaitSession(String stream, long before) {
        soon().until(() -> session(stream) > before);
    }

    /** Returns the session that both edges list, -1 if they differ. */
    private long session(String stream) throws IOException, InterruptedException {
        List<String> said = new ArrayList<>();
        for (String edge : edges) {
            said.add(field(get(URI.create(edge + "/api/v1/streams/live/" + stream)).body(), "session"));
        }
        return said.stream().distinct().count() == 1 && !said.getFirst().isEmpty()
                ? Long.parseLong(said.getFirst())
                : -1;
    }

    private String state(String stream) throws IOException, InterruptedException {
        return field(get(URI.create(edges.get(1) + "/api/v1/streams/live/" + stream)).body(), "state");
    }

    /** Returns the value after the first {@code name} in {@code json}, empty if there is none. */
    private static String field(String json, String name) {
        return Stream.of(json.split("[,{}]")).map(String::strip).filter(f -> f.startsWith("\"" + name + "\":"))
                .map(f -> f.substring(name.length() + 3).replace("\"", "").strip()).findFirst().orElse("");
    }

    /** Two busy cores need this long. */
    private static ConditionFactory soon() {
        return await().atMost(Duration.ofMinutes(2));
    }

    private static MediaPlaylist newest(HlsRecorder recorder) {
        return newest(recorder.soFar());
    }

    private static MediaPlaylist newest(List<String> playlists) {
        return playlists.isEmpty()
                ? new MediaPlaylist(1, 0, 0, false, List.of(), false)
                : MediaPlaylistReader.read(playlists.getLast());
    }

    private URI mediaPlaylist(URI multivariant) throws IOException, InterruptedException {
        return multivariant.resolve(get(multivariant).body().lines()
                .filter(line -> !line.startsWith("#") && !line.isBlank()).findFirst().orElseThrow());
    }

    private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
