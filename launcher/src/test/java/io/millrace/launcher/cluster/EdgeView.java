package io.millrace.launcher.cluster;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads playlists and segments of one edge over HLS, once each. Thread-safe. */
final class EdgeView {
    private static final String END = "#EXT-X-ENDLIST";

    private final HttpClient http;
    private final Cluster cluster;
    private final int edge;

    EdgeView(HttpClient http, Cluster cluster, int edge) {
        this.http = http;
        this.cluster = cluster;
        this.edge = edge;
    }

    /** Returns the text of the media playlist of a stream; empty while there is none. */
    Optional<String> playlist(String stream) throws IOException, InterruptedException {
        Optional<String> path = path(stream);
        if (path.isEmpty()) {
            return Optional.empty();
        }
        HttpResponse<byte[]> media = get(path.get());
        return media.statusCode() == 200
                ? Optional.of(new String(media.body(), StandardCharsets.UTF_8))
                : Optional.empty();
    }

    /** Returns the number of listed segments. */
    int segments(String stream) throws IOException, InterruptedException {
        return playlist(stream).map(text -> Playlist.uris(text.getBytes(StandardCharsets.UTF_8)).size()).orElse(0);
    }

    boolean hasEnded(String stream) throws IOException, InterruptedException {
        return playlist(stream).filter(text -> text.contains(END)).isPresent();
    }

    HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(cluster.http(edge, path)).build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private Optional<String> path(String stream) throws IOException, InterruptedException {
        String multivariant = "/" + stream + "@ts.m3u8";
        HttpResponse<byte[]> response = get(multivariant);
        return response.statusCode() == 200
                ? Playlist.uris(response.body()).stream().findFirst()
                        .map(uri -> URI.create(multivariant).resolve(uri).getPath())
                : Optional.empty();
    }
}
