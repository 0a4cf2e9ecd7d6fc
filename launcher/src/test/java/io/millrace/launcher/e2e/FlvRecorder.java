package io.millrace.launcher.e2e;

import io.millrace.media.flv.FlvTag;
import io.millrace.testkit.HttpFlvViewer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP-FLV viewer that stores every tag, on one connection from its first byte to a clean end. */
final class FlvRecorder implements Callable<List<FlvTag>> {
    private final HttpClient client;
    private final URI uri;
    private final List<FlvTag> tags = new CopyOnWriteArrayList<>();

    FlvRecorder(HttpClient client, URI uri) {
        this.client = client;
        this.uri = uri;
    }

    /** Returns the tags received so far. Thread-safe. */
    List<FlvTag> soFar() {
        return List.copyOf(tags);
    }

    /** Returns all tags after the server has ended the response; throws IOException if it ends in any other way. */
    @Override
    public List<FlvTag> call() throws IOException, InterruptedException {
        try (HttpFlvViewer viewer = new HttpFlvViewer(client, HttpRequest.newBuilder(uri).build())) {
            for (FlvTag tag = viewer.next(); tag != null; tag = viewer.next()) {
                tags.add(tag);
            }
        }
        return soFar();
    }
}
