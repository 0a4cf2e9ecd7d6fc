package io.millrace.launcher.e2e;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/** Viewers, each on a virtual thread, that watch until the stream ends or they are closed. */
final class Viewers implements AutoCloseable {
    private static final Duration HANG = Duration.ofMinutes(3);

    private final HttpClient client = HttpClient.newHttpClient();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** Waits until the edge knows the stream, then follows its playlist. */
    Future<HlsRecorder.Recording> hls(URI multivariant, Path ts) {
        return watch(hlsRecorder(multivariant, ts));
    }

    /** Waits until the edge knows the stream. */
    HlsRecorder hlsRecorder(URI multivariant, Path ts) {
        awaitKnown(multivariant);
        return new HlsRecorder(client, multivariant, ts);
    }

    /** A viewer that reports its progress. */
    <T> Future<T> watch(Callable<T> recorder) {
        return threads.submit(recorder);
    }

    Future<Path> flv(URI uri, Path file) {
        return threads.submit(() -> watch(uri, file));
    }

    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
        client.shutdownNow();
    }

    private void awaitKnown(URI multivariant) {
        Awaitility.await(multivariant + " answers 200").atMost(HANG).until(() -> client
                .send(HttpRequest.newBuilder(multivariant).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode() == 200);
    }

    private Path watch(URI uri, Path file) throws IOException, InterruptedException {
        HttpResponse<Path> response = client.send(HttpRequest.newBuilder(uri).build(),
                HttpResponse.BodyHandlers.ofFile(file));
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body();
    }
}
