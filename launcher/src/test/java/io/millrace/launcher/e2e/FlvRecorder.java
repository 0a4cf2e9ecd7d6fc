package io.millrace.launcher.e2e;

import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.FlvTag;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;

/** A viewer of HTTP-FLV that keeps every tag, on one connection from its first byte to a clean end. */
final class FlvRecorder implements Callable<List<FlvTag>> {
    private static final int TAG_LIMIT_BYTES = 8 << 20;

    private final HttpClient client;
    private final URI uri;
    private final List<FlvTag> tags = new CopyOnWriteArrayList<>();

    FlvRecorder(HttpClient client, URI uri) {
        this.client = client;
        this.uri = uri;
    }

    /** What has come so far. Thread-safe. */
    List<FlvTag> soFar() {
        return List.copyOf(tags);
    }

    /** All tags, when the server has ended the response; an IOException if it ends in any other way. */
    @Override
    public List<FlvTag> call() throws IOException, InterruptedException {
        HttpResponse<InputStream> response = client.send(HttpRequest.newBuilder(uri).build(),
                HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            throw new IOException(uri + " answers " + response.statusCode());
        }
        FlvReader reader = new FlvReader(TAG_LIMIT_BYTES);
        byte[] buffer = new byte[64 << 10];
        try (InputStream in = response.body()) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
                for (Optional<FlvTag> tag = reader.read(bytes); tag.isPresent(); tag = reader.read(bytes)) {
                    tags.add(tag.get());
                }
            }
        }
        return soFar();
    }
}
