package io.millrace.launcher.lost;

import io.millrace.testkit.Patience;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Viewers of one stream, who remember what every media URL has served. */
final class Audience {
    private final HttpClient http = HttpClient.newHttpClient();
    private final String stream;
    private final Map<String, byte[]> seen = new LinkedHashMap<>();

    Audience(String stream) {
        this.stream = stream;
    }

    /** Waits until {@code segments} segments were seen that have not been seen before. */
    void see(int segments, AllStages stages) {
        int[] seen = {0};
        await().atMost(Patience.TIME).failFast(() -> assertThat(stages.fatal).isEmpty()).until(() -> {
            seen[0] += watch(stages.httpPort());
            return seen[0] >= segments;
        });
    }

    /** Returns how many segments were seen that have not been seen before: of a live playlist, as a new viewer finds it. */
    private int watch(int port) throws IOException, InterruptedException {
        HttpResponse<byte[]> multivariant = get(port, "/" + stream + "@ts.m3u8");
        if (multivariant.statusCode() != 200) {
            return 0;
        }
        String base = "/" + stream.substring(0, stream.lastIndexOf('/') + 1);
        int found = 0;
        for (String child : uris(multivariant)) {
            HttpResponse<byte[]> media = get(port, base + child);
            if (media.statusCode() == 200 && !child.contains("?")) {
                for (String uri : uris(media)) {
                    found += isNew(port, base + child.substring(0, child.lastIndexOf('/') + 1) + uri) ? 1 : 0;
                }
            }
        }
        return found;
    }

    private boolean isNew(int port, String url) throws IOException, InterruptedException {
        HttpResponse<byte[]> segment = get(port, url);
        if (segment.statusCode() != 200) {
            return false;
        }
        byte[] before = seen.putIfAbsent(url, segment.body());
        assertThat(before == null || Arrays.equals(before, segment.body())).as(url + " serves what it served before")
                .isTrue();
        return before == null;
    }

    /** Requests everything again that was seen, even if no playlist lists it any more. */
    void assertNothingHasChanged(int port) throws IOException, InterruptedException {
        for (Map.Entry<String, byte[]> each : seen.entrySet()) {
            HttpResponse<byte[]> now = get(port, each.getKey());
            assertThat(now.statusCode()).as(each.getKey()).isIn(200, 404, 410);
            if (now.statusCode() == 200) {
                assertThat(Arrays.equals(now.body(), each.getValue()))
                        .as(each.getKey() + " serves what it served before")
                        .isTrue();
            }
        }
    }

    private static List<String> uris(HttpResponse<byte[]> playlist) {
        return new String(playlist.body()).lines().filter(line -> !line.isEmpty() && !line.startsWith("#")).toList();
    }

    private HttpResponse<byte[]> get(int port, String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }
}
