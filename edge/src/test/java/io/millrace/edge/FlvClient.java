package io.millrace.edge;

import io.millrace.media.flv.FlvHeader;
import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.FlvTag;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.Optional;

/** A viewer of HTTP-FLV that reads tag by tag. */
final class FlvClient implements AutoCloseable {
    private final HttpResponse<InputStream> response;
    private final FlvReader reader = new FlvReader(1 << 20);
    private ByteBuffer in = ByteBuffer.allocate(0);

    FlvClient(HttpClient http, HttpRequest request) throws IOException, InterruptedException {
        response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            throw new IOException(response.statusCode() + " " + new String(response.body().readAllBytes(),
                    java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    HttpHeaders headers() {
        return response.headers();
    }

    FlvHeader header() {
        return reader.header().orElseThrow();
    }

    /** The next tag, null at the clean end of the response. */
    FlvTag next() throws IOException {
        while (true) {
            Optional<FlvTag> tag = reader.read(in);
            if (tag.isPresent()) {
                return tag.get();
            }
            byte[] more = new byte[4096];
            int count = response.body().read(more);
            if (count < 0) {
                return null;
            }
            in = ByteBuffer.wrap(more, 0, count);
        }
    }

    @Override
    public void close() throws IOException {
        response.body().close();
    }
}
