package io.millrace.launcher.cluster;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Watches one stream at one edge over HLS: polls the playlist and fetches each segment as it appears.
 *
 * <p>{@link #run} is confined to one thread; the other methods are thread-safe.
 */
final class HlsViewer implements Viewer {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    /** Duration of a segment in this test, whose streams have a keyframe per second. */
    private static final long SEGMENT_NANOS = 1_000_000_000;

    private final HttpClient http;
    private final Cluster cluster;
    private final String stream;
    private final int edge;
    private final SegmentLedger ledger;
    private final Arrivals arrivals = new Arrivals();
    private final List<String> segments = new CopyOnWriteArrayList<>();
    private final List<String> disorder = new CopyOnWriteArrayList<>();
    private final Set<String> discontinuous = ConcurrentHashMap.newKeySet();
    private volatile boolean ending;
    private String playlistPath;

    HlsViewer(HttpClient http, Cluster cluster, String stream, int edge, SegmentLedger ledger) {
        this.http = http;
        this.cluster = cluster;
        this.stream = stream;
        this.edge = edge;
        this.ledger = ledger;
    }

    @Override
    public String stream() {
        return stream;
    }

    @Override
    public int edge() {
        return edge;
    }

    @Override
    public Arrivals arrivals() {
        return arrivals;
    }

    @Override
    public long normalGapNanos() {
        return SEGMENT_NANOS;
    }

    /** Returns the paths of the fetched segments, in order. */
    List<String> segments() {
        return segments;
    }

    /** Returns the paths of the segments that follow an EXT-X-DISCONTINUITY. */
    Set<String> discontinuous() {
        return discontinuous;
    }

    /** Returns the playlists whose numbering does not continue. */
    List<String> disorder() {
        return disorder;
    }

    @Override
    public void end() {
        ending = true;
    }

    @Override
    public void run() {
        while (!ending) {
            try {
                if (playlistPath == null) {
                    find();
                } else {
                    poll();
                }
                // The polling interval of a player.
                Thread.sleep(POLL);
            } catch (IOException e) {
                failed(String.valueOf(e));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void failed(String why) {
        if (!ending && playlistPath != null) {
            arrivals.failed(why);
        }
    }

    private void find() throws IOException, InterruptedException {
        URI multivariant = cluster.http(edge, "/" + stream + "@ts.m3u8");
        HttpResponse<byte[]> response = get(multivariant);
        if (response.statusCode() == 200) {
            Playlist.uris(response.body()).stream().findFirst()
                    .ifPresent(uri -> playlistPath = multivariant.resolve(uri).getPath());
        }
    }

    private void poll() throws IOException, InterruptedException {
        Playlist playlist = Playlist.parse(playlistPath, body(playlistPath));
        discontinuous.addAll(playlist.discontinuous());
        List<String> paths = playlist.paths();
        if (!segments.isEmpty() && !paths.isEmpty()) {
            int known = paths.indexOf(segments.getLast());
            if (known < 0) {
                disorder.add(segments.getLast() + " is not in the playlist any more: " + paths);
            }
            paths = paths.subList(known + 1, paths.size());
        }
        for (String path : new ArrayList<>(paths)) {
            byte[] bytes = body(path);
            ledger.fetched(path, bytes, "edge " + edge);
            segments.add(path);
            arrivals.arrived(SegmentLedger.names(ByteBuffer.wrap(bytes)).stream().mapToLong(NumberedFrame::sentMs)
                    .max().orElse(0));
        }
    }

    private byte[] body(String path) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = get(cluster.http(edge, path));
        if (response.statusCode() != 200) {
            throw new IOException(path + " answers " + response.statusCode());
        }
        return response.body();
    }

    private HttpResponse<byte[]> get(URI uri) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri).timeout(TIMEOUT).build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }
}
