package io.millrace.launcher.e2e;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Follows a multivariant playlist of MPEG-TS like a player: polls the media playlist, fetches every segment once as it appears,
 * and ends at EXT-X-ENDLIST. Stores every playlist that it received.
 */
final class HlsRecorder implements Callable<HlsRecorder.Recording> {
    /**
     * @param ts all segments, concatenated
     * @param segments number of them
     * @param playlists every version of the media playlist, in order
     * @param digests of the segments by URL, in order
     */
    record Recording(Path ts, int segments, List<String> playlists, SequencedMap<URI, String> digests) {}

    private static final Duration POLL = Duration.ofMillis(200);

    private final HttpClient client;
    private final URI multivariant;
    private final Path file;
    private final List<String> playlists = new CopyOnWriteArrayList<>();

    HlsRecorder(HttpClient client, URI multivariant, Path file) {
        this.client = client;
        this.multivariant = multivariant;
        this.file = file;
    }

    /** Returns every version of the media playlist so far. Thread-safe. */
    List<String> soFar() {
        return List.copyOf(playlists);
    }

    @Override
    public Recording call() throws IOException, InterruptedException {
        URI media = multivariant.resolve(uris(text(multivariant)).getFirst());
        SequencedMap<URI, String> fetched = new LinkedHashMap<>();
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                String playlist = text(media);
                if (playlists.isEmpty() || !playlists.getLast().equals(playlist)) {
                    playlists.add(playlist);
                }
                for (String uri : uris(playlist)) {
                    URI segment = media.resolve(uri);
                    if (!fetched.containsKey(segment)) {
                        byte[] bytes = get(segment, HttpResponse.BodyHandlers.ofByteArray()).body();
                        fetched.put(segment, digest(bytes));
                        out.write(bytes);
                    }
                }
                if (playlist.contains("#EXT-X-ENDLIST")) {
                    return new Recording(file, fetched.size(), soFar(), fetched);
                }
                // The polling interval of a player; there is nothing to await instead.
                Thread.sleep(POLL);
            }
        }
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private String text(URI uri) throws IOException, InterruptedException {
        return get(uri, HttpResponse.BodyHandlers.ofString()).body();
    }

    private <T> HttpResponse<T> get(URI uri, HttpResponse.BodyHandler<T> handler)
            throws IOException, InterruptedException {
        HttpResponse<T> response = client.send(HttpRequest.newBuilder(uri).timeout(Duration.ofMinutes(3)).build(),
                handler);
        if (response.statusCode() != 200) {
            throw new AssertionError(uri + " answers " + response.statusCode());
        }
        return response;
    }

    private static List<String> uris(String playlist) {
        return playlist.lines().filter(line -> !line.startsWith("#") && !line.isBlank()).toList();
    }
}
