package io.millrace.testkit;

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
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A viewer of HTTP-FLV that reads one response tag by tag. Any thread may close it; the rest belongs to one thread. */
public final class HttpFlvViewer implements AutoCloseable {
    private static final int TAG_LIMIT_BYTES = 8 << 20;
    private static final int READ_BYTES = 16 << 10;

    private final HttpResponse<InputStream> response;
    private final FlvReader reader = new FlvReader(TAG_LIMIT_BYTES);
    private ByteBuffer in = ByteBuffer.allocate(0);

    /** Returns when the server has answered 200. Any other status is an {@link IOException}. */
    public HttpFlvViewer(HttpClient http, HttpRequest request) throws IOException, InterruptedException {
        response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            try (InputStream body = response.body()) {
                throw new IOException(request.uri() + " answers " + response.statusCode() + " "
                        + new String(body.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
    }

    public HttpHeaders headers() {
        return response.headers();
    }

    /** Returns the file header, which comes before the first tag. */
    public FlvHeader header() {
        return reader.header().orElseThrow();
    }

    /** Returns the next tag, or null after a clean end of the response. Any other end is an {@link IOException}. */
    public FlvTag next() throws IOException {
        while (true) {
            Optional<FlvTag> tag = reader.read(in);
            if (tag.isPresent()) {
                return tag.get();
            }
            byte[] more = new byte[READ_BYTES];
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
