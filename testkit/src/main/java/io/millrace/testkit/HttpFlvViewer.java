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

/** An HTTP-FLV viewer that reads one response tag by tag. Confined to one thread, except {@link #close}. */
public final class HttpFlvViewer implements AutoCloseable {
    private static final int TAG_LIMIT_BYTES = 8 << 20;
    private static final int READ_BYTES = 16 << 10;

    private final HttpResponse<InputStream> response;
    private final FlvReader reader = new FlvReader(TAG_LIMIT_BYTES);
    private ByteBuffer in = ByteBuffer.allocate(0);

    /**
     * Sends the request. Blocks until the server has answered.
     *
     * @throws IOException if the status is not 200
     */
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

    /** Returns the file header. Must be called after {@link #next} has returned the first tag. */
    public FlvHeader header() {
        return reader.header().orElseThrow();
    }

    /**
     * Returns the next tag, or null after a clean end of the response. Blocks until the tag has arrived.
     *
     * @throws IOException if the response ends in another way
     */
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
