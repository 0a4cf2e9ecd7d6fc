package io.millrace.edge;

import io.millrace.media.m3u8.MediaPlaylist;
import io.millrace.media.m3u8.MediaPlaylistReader;
import io.millrace.media.m3u8.MediaSegment;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** A player of what {@link IndexedPast} writes. */
final class HlsPlayer implements AutoCloseable {
    private final HttpClient http = HttpClient.newHttpClient();

    HttpClient http() {
        return http;
    }

    HttpResponse<String> get(EdgeService edge, String target, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + edge.port() + target));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** The media playlist's path that a multivariant one leads to. */
    String child(EdgeService edge, String target) throws IOException, InterruptedException {
        HttpResponse<String> answer = get(edge, target);
        assertThat(answer.statusCode()).as(target + " " + answer.body()).isEqualTo(200);
        String uri = answer.body().lines().filter(line -> !line.startsWith("#")).findFirst().orElseThrow();
        return URI.create(target).resolve(uri).toString();
    }

    MediaPlaylist playlist(EdgeService edge, String media) throws IOException, InterruptedException {
        HttpResponse<String> answer = get(edge, media);
        assertThat(answer.statusCode()).as(media + " " + answer.body()).isEqualTo(200);
        return MediaPlaylistReader.read(answer.body());
    }

    /** Every segment of it has the bytes of its name. */
    void playsAll(EdgeService edge, String media, List<MediaSegment> segments)
            throws IOException, InterruptedException {
        for (MediaSegment segment : segments) {
            String target = URI.create(media).resolve(segment.uri()).toString();
            String[] names = target.split("[@/.]+");
            long epoch = Long.parseLong(names[names.length - 4]);
            long number = Long.parseLong(names[names.length - 2]);
            assertThat(get(edge, target).body()).as(target).contains(LogWriter.text(epoch, number, 0),
                    LogWriter.text(epoch, number, 1));
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
