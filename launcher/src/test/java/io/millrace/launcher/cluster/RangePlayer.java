package io.millrace.launcher.cluster;

import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.FlvTag;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import static org.assertj.core.api.Assertions.assertThat;

/** Reads the past of one stream at one edge, over HLS and HTTP-FLV. Confined to one thread. */
final class RangePlayer {
    /** One segment as it was received. */
    record Fetched(String path, byte[] bytes) {}

    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int READ_BYTES = 16 * 1024;
    private static final int TAG_LIMIT_BYTES = 1 << 20;
    /** How long an open-ended read continues after it has reached the live edge, by the sender's clock. */
    private static final long PRESENT_MS = 1_500;

    private final HttpClient http;
    private final Cluster cluster;
    private final int edge;
    private final String stream;

    RangePlayer(HttpClient http, Cluster cluster, int edge, String stream) {
        this.http = http;
        this.cluster = cluster;
        this.edge = edge;
        this.stream = stream;
    }

    /** Returns what the live playlist lists; empty if there is none yet. */
    List<String> livePaths() throws IOException, InterruptedException {
        HttpResponse<byte[]> multivariant = get(cluster.http(edge, "/" + stream + "@ts.m3u8"));
        return multivariant.statusCode() == 200 ? mediaPlaylist(multivariant).paths() : List.of();
    }

    List<Fetched> closedHls(long startMs, long endMs) throws IOException, InterruptedException {
        URI multivariant = range("@ts.m3u8", startMs, endMs);
        HttpResponse<byte[]> media = get(mediaUri(ok(multivariant)));
        assertThat(new String(media.body(), StandardCharsets.UTF_8)).as(multivariant.toString())
                .contains("#EXT-X-ENDLIST");
        List<Fetched> fetched = new ArrayList<>();
        for (String path : Playlist.parse(media.uri().getPath(), media.body()).paths()) {
            fetched.add(fetch(path));
        }
        return fetched;
    }

    /** Reads from {@code startMs} until there are segments that were sent after the request. */
    List<Fetched> openHls(long startMs) throws IOException, InterruptedException {
        long askedMs = System.currentTimeMillis();
        URI media = mediaUri(ok(range("@ts.m3u8", startMs)));
        List<Fetched> fetched = new ArrayList<>();
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (fetched.isEmpty() || newestSentMs(fetched.getLast()) < askedMs + PRESENT_MS) {
            assertThat(System.nanoTime()).as("%s runs on into the present", media).isLessThan(deadline);
            List<String> paths = Playlist.parse(media.getPath(), ok(media).body()).paths();
            int known = fetched.isEmpty() ? -1 : paths.indexOf(fetched.getLast().path());
            for (String path : paths.subList(known + 1, paths.size())) {
                fetched.add(fetch(path));
            }
            // The polling interval of a player.
            Thread.sleep(POLL);
        }
        return fetched;
    }

    List<String> closedFlv(long startMs, long endMs) throws IOException, InterruptedException {
        return flv(range(".flv", startMs, endMs), _ -> true);
    }

    /** Reads from {@code startMs} until it has frames that were sent after the request. */
    List<String> openFlv(long startMs) throws IOException, InterruptedException {
        long untilMs = System.currentTimeMillis() + PRESENT_MS;
        return flv(range(".flv", startMs), name -> NumberedFrame.sentMs(name) < untilMs);
    }

    private List<String> flv(URI uri, Predicate<String> on) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = http.send(HttpRequest.newBuilder(uri).timeout(TIMEOUT).build(),
                HttpResponse.BodyHandlers.ofInputStream());
        List<String> frames = new ArrayList<>();
        try (InputStream body = response.body()) {
            assertThat(response.statusCode()).as(uri.toString()).isEqualTo(200);
            FlvReader reader = new FlvReader(TAG_LIMIT_BYTES);
            byte[] bytes = new byte[READ_BYTES];
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
            for (int count = body.read(bytes); count >= 0; count = body.read(bytes)) {
                ByteBuffer in = ByteBuffer.wrap(bytes, 0, count);
                for (Optional<FlvTag> tag = reader.read(in); tag.isPresent(); tag = reader.read(in)) {
                    NumberedFrame.names(tag.get().body()).forEach(frames::add);
                }
                if (!frames.isEmpty() && !on.test(frames.getLast())) {
                    break;
                }
                assertThat(System.nanoTime()).as("%s has an end", uri).isLessThan(deadline);
            }
        }
        assertThat(frames).as(uri.toString()).isNotEmpty();
        return frames;
    }

    private Fetched fetch(String path) throws IOException, InterruptedException {
        return new Fetched(path, ok(cluster.http(edge, path)).body());
    }

    private static long newestSentMs(Fetched segment) {
        return NumberedFrame.names(ByteBuffer.wrap(segment.bytes())).mapToLong(NumberedFrame::sentMs).max().orElse(0);
    }

    private Playlist mediaPlaylist(HttpResponse<byte[]> multivariant) throws IOException, InterruptedException {
        URI media = mediaUri(multivariant);
        return Playlist.parse(media.getPath(), ok(media).body());
    }

    private static URI mediaUri(HttpResponse<byte[]> multivariant) {
        return multivariant.uri().resolve(Playlist.uris(multivariant.body()).getFirst());
    }

    private URI range(String suffix, long startMs, long endMs) {
        return URI.create(range(suffix, startMs) + "&end=" + Instant.ofEpochMilli(endMs));
    }

    private URI range(String suffix, long startMs) {
        return cluster.http(edge, "/" + stream + suffix + "?start=" + Instant.ofEpochMilli(startMs));
    }

    private HttpResponse<byte[]> ok(URI uri) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = get(uri);
        assertThat(response.statusCode()).as(uri.toString()).isEqualTo(200);
        return response;
    }

    private HttpResponse<byte[]> get(URI uri) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri).timeout(TIMEOUT).build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }
}
